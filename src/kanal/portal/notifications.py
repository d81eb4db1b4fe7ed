"""What a person of a partner was told."""

from kanal.notify import pages
from kanal.portal.guard import partner_page

urlpatterns = pages.urlpatterns(face="portal", guard=partner_page)
