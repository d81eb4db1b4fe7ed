# ruff: noqa: E501 - names by country are lists
"""Havn's customers and those that it would like to have: invented companies, one line each."""

from __future__ import annotations

from typing import NamedTuple


class Customer(NamedTuple):
    """A customer; the territory is empty abroad, where it follows the country."""

    name: str
    city: str
    country: str
    territory: str
    industry: str
    employees: int


_DANISH = """
Lindholm Foods|Kolding|South Jutland|food|310
Rimfaks Logistik|Taulov|South Jutland|logistics|240
Vindrosen Energi|Ringkøbing|Mid Jutland|energy|180
Klitgaard Energi|Holstebro|Mid Jutland|energy|95
Kystvejens Klinikker|Esbjerg|South Jutland|health|130
Tornbjerg Papir|Silkeborg|Mid Jutland|make|275
Mølleåens Konfekture|Lyngby|Copenhagen|food|85
Brdr. Holm Entreprise|Vejle|South Jutland|build|160
Bækgaard Byg|Aalborg|North Jutland|build|420
Kattegat Spedition|Grenaa|Mid Jutland|logistics|115
Solvang Busser|Odense|Funen|logistics|510
Strandmark Kommune|Strandmark|Zealand|public|2900
Skovby Værktøj|Horsens|Mid Jutland|make|140
Øresund Marine Supply|Helsingør|Zealand|sea|90
Egelund Møbler|Ikast|Mid Jutland|make|230
Havgus Bryghus|Skagen|North Jutland|food|48
Nordens Folkehøjskoler|Vejen|South Jutland|edu|190
Hedelund Mejeri|Brørup|South Jutland|food|205
Samsø Grønt|Tranebjerg|Mid Jutland|food|65
Vadehav Energi|Tønder|South Jutland|energy|120
Tornbjerg Gymnasium|Odense|Funen|edu|140
Limfjords Beton|Nørresundby|North Jutland|build|175
Stenbæk Stål|Frederikshavn|North Jutland|make|330
Hirtsholm Fisk|Hirtshals|North Jutland|food|110
Vendelbo Vognmænd|Hjørring|North Jutland|logistics|85
Aagaard Ventilation|Viborg|Mid Jutland|build|74
Gudenå Vandforsyning|Randers|Mid Jutland|energy|60
Fynbo Frugt|Assens|Funen|food|150
Svendborg Slipværft|Svendborg|Funen|sea|135
Langeland Hotel og Kro|Rudkøbing|Funen|leisure|58
Odinsvej Lægehus|Odense|Funen|health|44
Næstved Plast|Næstved|Zealand|make|190
Køge Kølelager|Køge|Zealand|logistics|95
Sorø Frø|Sorø|Zealand|retail|80
Møns Kridt|Stege|Zealand|make|105
Hvidebæk Bibliotekerne|Kalundborg|Zealand|public|160
Amager Elevator|Copenhagen|Copenhagen|build|210
Nyhavn Revision|Copenhagen|Copenhagen|services|175
Sluseholmen Arkitekter|Copenhagen|Copenhagen|services|68
Refshale Teater|Copenhagen|Copenhagen|leisure|92
Frederiksgade Tandlæger|Copenhagen|Copenhagen|health|56
Grønttorvet Engros|Copenhagen|Copenhagen|retail|145
Kronborg Cykler|Hillerød|Copenhagen|retail|70
Saltholm Færgen|Dragør|Copenhagen|sea|125
"""
_ABROAD = """
Västerhav Konserver|Göteborg|SE|food|260
Björkdalen Såg|Borås|SE|make|145
Lindviken Möbel|Jönköping|SE|make|320
Sundets Bygghandel|Malmö|SE|retail|210
Norrstrand Hamn|Gävle|SE|logistics|180
Mälarens Äldreomsorg|Västerås|SE|health|640
Skärgårdsrederiet|Nynäshamn|SE|sea|115
Ekängens Bageri|Linköping|SE|food|130
Storfossen Kraft|Mo i Rana|NO|energy|220
Trollvik Laks|Frøya|NO|food|340
Dovre Entreprenør|Oppdal|NO|build|155
Fjellheim Hoteller|Lillehammer|NO|leisure|280
Ytre Havn Logistikk|Ålesund|NO|logistics|95
Nidaros Klinikk|Trondheim|NO|health|170
Helgeland Mekaniske|Sandnessjøen|NO|make|125
Elbtor Spedition|Hamburg|DE|logistics|290
Wattenmeer Fisch|Cuxhaven|DE|food|165
Bremer Ankerwerk|Bremen|DE|make|410
Heidkamp Fenster|Lüneburg|DE|build|140
Holstein Landtechnik|Neumünster|DE|retail|185
Förde Reederei|Kiel|DE|sea|230
Alsterblick Pflege|Hamburg|DE|health|520
Ostheide Stadtwerke|Uelzen|DE|energy|150
Maasmond Overslag|Rotterdam|NL|logistics|310
Polderveld Groenten|Westland|NL|food|195
Zuidkade Shipstores|Rotterdam|NL|sea|75
Waterlijn Installatie|Dordrecht|NL|build|160
Hofvijver Advies|Den Haag|NL|services|120
Pyynikki Paperi|Tampere|FI|make|270
Koivulahti Koulut|Vaasa|FI|edu|430
Aurinkoranta Hoiva|Turku|FI|health|380
Lumijoki Konepaja|Oulu|FI|make|150
Bellrock Distillery|Arbroath|GB|food|110
Forth Ferries|Leith|GB|sea|160
Glenarran Hotels|Perth|GB|leisure|340
Tayside Wind Services|Dundee|GB|energy|130
"""


def _danish(line: str) -> Customer:
    name, city, territory, industry, employees = line.split("|")
    return Customer(name, city, "DK", territory, industry, int(employees))


def _abroad(line: str) -> Customer:
    name, city, country, industry, employees = line.split("|")
    return Customer(name, city, country, "", industry, int(employees))


CUSTOMERS = [_danish(line) for line in _DANISH.split("\n") if line] + [
    _abroad(line) for line in _ABROAD.split("\n") if line
]

# Given names and family names of the customers' people, by country.
NAMES = {
    "DK": (
        "Karen Lars Birgitte Søren Hanne Jakob Lise Torben Pernille Niels Gitte Anders Mette Kim Rikke Bent Camilla Flemming "
        "Tine Jesper Dorthe Steen Charlotte Ole",
        "Lindholm Vestergaard Kirk Thomsen Bruun Lauritsen Damgaard Fog Dalsgaard Winkel Lausten Korsgaard Brandt Hvid Egholm "
        "Nørby Balle Storm Friis Agerskov",
    ),
    "SE": (
        "Annika Göran Malin Fredrik Lena Johan Kerstin Mattias Åsa Henrik",
        "Bergqvist Sjögren Ekdahl Wallin Nordin Hellström Forsberg Åkesson Rydell Ström",
    ),
    "NO": (
        "Ingrid Bjørn Marit Øyvind Solveig Knut Hege Arne Randi Trond",
        "Solberg Haugen Dahle Bakken Lunde Strand Hovland Myhre Eide Rønning",
    ),
    "DE": (
        "Sabine Torsten Heike Uwe Katrin Jörg Silke Holger Birgit Matthias",
        "Harms Lührs Brockmann Thiessen Wulf Carstens Ehlers Voss Kröger Dierks",
    ),
    "NL": (
        "Marieke Joost Anneke Ruben Femke Wouter Ilse Thijs Carla Niels",
        "Damstra Kuipers Mulder Zijlstra Verhoef Grootveld Postma Schouten Terpstra Bos",
    ),
    "FI": (
        "Kaisa Mikko Päivi Jari Leena Antti Sari Timo Hanna Petri",
        "Virtanen Mäkelä Heikkinen Rantala Lehtonen Niemi Kallio Aalto Saarinen Peltola",
    ),
    "GB": (
        "Morag Alastair Eilidh Gordon Kirsty Hamish Lorna Stuart Ailsa Neil",
        "Drummond Sinclair Buchan Menzies Farquhar Lennox Abernethy Geddes Ogilvie Rennie",
    ),
}
TITLES = {
    "": [
        "CFO",
        "Head of IT",
        "Operations manager",
        "Managing director",
        "Finance manager",
        "Purchasing manager",
    ],
    "food": ["Production manager", "Quality manager"],
    "logistics": ["Terminal manager", "Head of transport"],
    "build": ["Project director", "Head of service"],
    "energy": ["Head of operations", "Asset manager"],
    "make": ["Plant manager", "Production planner"],
    "retail": ["Head of logistics", "Store director"],
    "health": ["Head of administration", "Ward coordinator"],
    "public": ["Head of finance", "Digitalisation officer"],
    "leisure": ["General manager", "Head of staff"],
    "sea": ["Technical superintendent", "Port captain"],
    "services": ["Partner", "Office manager"],
    "edu": ["Bursar", "Head of administration"],
}
