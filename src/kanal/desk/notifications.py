"""What a person of the vendor was told."""

from kanal.desk.guard import vendor_only
from kanal.notify import pages

urlpatterns = pages.urlpatterns(face="desk", guard=vendor_only)
