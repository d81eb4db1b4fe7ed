"""The pages of the policies of preferred partner assignment."""
