"""How a reader may want pages to look, and the cookies that remember it before sign-in."""

THEME_COOKIE = "kanal-theme"
DENSITY_COOKIE = "kanal-density"
THEMES = {"auto", "light", "dark"}
DENSITIES = {"comfortable", "compact"}
