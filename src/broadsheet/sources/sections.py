"""Names of sections for categories: what stands above a group of papers on the front page."""

from __future__ import annotations

from collections.abc import Iterable

# https://arxiv.org/category_taxonomy; the names are short ones of our own.
ARCHIVES: dict[str, str] = {
    "astro-ph": "Astronomy",
    "cond-mat": "Condensed matter",
    "cs": "Computer science",
    "econ": "Economics",
    "eess": "Signals and systems",
    "gr-qc": "Gravitation",
    "hep-ex": "Particle physics",
    "hep-lat": "Particle physics",
    "hep-ph": "Particle physics",
    "hep-th": "High-energy theory",
    "math": "Mathematics",
    "math-ph": "Mathematical physics",
    "nlin": "Nonlinear science",
    "nucl-ex": "Nuclear physics",
    "nucl-th": "Nuclear physics",
    "physics": "Physics",
    "q-bio": "Biology",
    "q-fin": "Finance",
    "quant-ph": "Quantum physics",
    "stat": "Statistics",
    # Archives of the first years, which old papers still carry.
    "acc-phys": "Physics", "adap-org": "Nonlinear science", "alg-geom": "Mathematics", "ao-sci": "Physics",
    "atom-ph": "Physics", "bayes-an": "Statistics", "chao-dyn": "Nonlinear science", "chem-ph": "Physics",
    "cmp-lg": "Language", "comp-gas": "Nonlinear science", "dg-ga": "Mathematics", "funct-an": "Mathematics",
    "mtrl-th": "Condensed matter", "patt-sol": "Nonlinear science", "plasm-ph": "Physics", "q-alg": "Mathematics",
    "solv-int": "Nonlinear science", "supr-con": "Condensed matter",
}
CS_CLASSES: dict[str, str] = {
    "AI": "Artificial intelligence", "AR": "Hardware", "CC": "Theory", "CE": "Computation in science", "CG": "Theory",
    "CL": "Language", "CR": "Security", "CV": "Vision", "CY": "Computers and society", "DB": "Data and databases",
    "DC": "Distributed computing", "DL": "Digital libraries", "DM": "Theory", "DS": "Algorithms",
    "ET": "New technologies", "FL": "Theory", "GL": "Computer science", "GR": "Graphics", "GT": "Games and markets",
    "HC": "People and computers", "IR": "Search and recommendation", "IT": "Information theory", "LG": "Learning",
    "LO": "Logic", "MA": "Agents", "MM": "Multimedia", "MS": "Mathematical software", "NA": "Numerical analysis",
    "NE": "Neural and evolutionary computing", "NI": "Networks", "OH": "Computer science", "OS": "Operating systems",
    "PF": "Performance", "PL": "Programming languages", "RO": "Robotics", "SC": "Symbolic computation", "SD": "Sound",
    "SE": "Software engineering", "SI": "Social networks", "SY": "Control",
}
_CLASSES: dict[str, str] = {
    **{f"cs.{name}": section for name, section in CS_CLASSES.items()},
    "stat.ML": "Learning",
    "eess.AS": "Sound", "eess.IV": "Images and video", "eess.SP": "Signals", "eess.SY": "Control",
    "physics.bio-ph": "Biology", "physics.med-ph": "Medicine", "physics.soc-ph": "Society", "physics.ao-ph": "Climate",
    "physics.geo-ph": "Earth", "physics.optics": "Optics", "physics.chem-ph": "Chemistry", "physics.flu-dyn": "Fluids",
    "physics.plasm-ph": "Plasma", "physics.hist-ph": "History of physics", "physics.ed-ph": "Teaching",
    "physics.data-an": "Data analysis", "physics.atom-ph": "Atoms and molecules",
    "physics.ins-det": "Instruments", "physics.acc-ph": "Accelerators", "physics.space-ph": "Space",
    "q-bio.NC": "Neuroscience", "q-bio.GN": "Genomics", "q-bio.PE": "Populations and evolution",
    "q-bio.BM": "Biomolecules",
    "math.PR": "Probability", "math.ST": "Statistics", "math.NA": "Numerical analysis", "math.OC": "Optimisation",
    "math.IT": "Information theory", "econ.EM": "Econometrics",
}
OTHER = "Other papers"


def section_of(category: str) -> str:
    """The section of one category: its own, else its archive's, else the label behind the colon of ``area:name``."""
    if category in _CLASSES:
        return _CLASSES[category]
    archive = category.partition(".")[0]
    if archive in ARCHIVES:
        return ARCHIVES[archive]
    label = category.rpartition(":")[2].strip()
    return label[:1].upper() + label[1:] if label else OTHER


def section_table(categories: Iterable[str]) -> dict[str, str]:
    """``{category: section}`` for the given categories, in their order."""
    return {category: section_of(category) for category in categories}
