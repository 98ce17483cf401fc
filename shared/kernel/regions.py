"""Which region an outward code lies in: by postcode area, and by district where an area crosses a nation's border."""

import re
from typing import Literal

Region = Literal[
    "north-east", "north-west", "yorkshire-and-the-humber", "east-midlands", "west-midlands", "east-of-england",
    "london", "south-east", "south-west", "wales", "scotland", "northern-ireland", "crown-dependencies",
]  # fmt: skip

AREAS: dict[Region, str] = {
    "north-east": "DH DL NE SR TS",
    "north-west": "BB BL CA CH CW FY L LA M OL PR SK WA WN",
    "yorkshire-and-the-humber": "BD DN HD HG HU HX LS S WF YO",
    "east-midlands": "DE LE LN NG NN",
    "west-midlands": "B CV DY HR ST SY TF WR WS WV",
    "east-of-england": "AL CB CM CO HP IP LU NR PE SG SS WD",
    "london": "BR CR DA E EC EN HA IG KT N NW RM SE SM SW TW UB W WC",
    "south-east": "BN CT GU ME MK OX PO RG RH SL SO TN",
    "south-west": "BA BH BS DT EX GL PL SN SP TA TQ TR",
    "wales": "CF LD LL NP SA",
    "scotland": "AB DD DG EH FK G HS IV KA KW KY ML PA PH TD ZE",
    "northern-ireland": "BT",
    "crown-dependencies": "GY IM JE",
}
"""Each area is counted where most of its addresses lie."""
DISTRICTS: dict[Region, str] = {
    "north-east": "TD12 TD15",
    "east-midlands": "DN21 DN22 PE9 PE10 PE11 PE12 PE20 PE21 PE22 PE23 PE24 PE25 "
    "S40 S41 S42 S43 S44 S45 S80 S81 SK13 SK17",
    "south-east": "BR8 CR3 CR6 DA1 DA2 DA3 DA4 DA9 DA10 DA11 DA12 DA13 HP5 HP6 HP7 HP8 HP9 HP10 HP11 HP12 HP13 HP14 "
    "HP15 HP16 HP17 HP18 HP19 HP20 HP21 HP22 KT7 KT8 KT10 KT11 KT12 KT13 KT14 KT15 KT16 KT18 KT20 KT21 KT22 KT23 KT24 "
    "SM7 TW15 TW16 TW17 TW18 TW19 TW20",
    "east-of-england": "EN6 EN7 EN8 EN9 EN10 EN11 IG10 MK40 MK41 MK42 MK43 MK44 MK45 RM15 RM16 RM17 RM18 RM19 RM20",
    "west-midlands": "LD7",
    "wales": "CH5 CH6 CH7 CH8 SY15 SY16 SY17 SY18 SY19 SY20 SY21 SY22 SY23 SY24 SY25",
}
"""Districts that lie in another region than the rest of their area, where that is more than a few streets."""

_AREA = re.compile(r"[A-Z]{1,2}(?=[0-9])")
_REGION_OF = {code: region for table in (AREAS, DISTRICTS) for region, codes in table.items() for code in codes.split()}


def region_of(outward_code: str | None) -> Region | None:
    """The region of an outward code such as `TQ13`; None where it is missing or not one of ours."""
    code = (outward_code or "").strip().upper()
    area = _AREA.match(code)
    if area is None:
        return None
    return _REGION_OF.get(code) or _REGION_OF.get(area[0])
