"""Texts of our own on which a fresh build is compared with the exact model. A user's machine has no corpus yet."""

from __future__ import annotations

SENTENCES = (
    "We show that a small network trained on noisy labels can recover the signal when the noise is symmetric.",
    "The proof rests on a new bound for the spectral gap of random regular graphs.",
    "Patients who received the drug early had fewer relapses over a follow-up of five years.",
    "Using telescopes on two continents, we measure the rotation of a pulsar to one part in a billion.",
    "This paper asks whether a rise of the minimum wage changes the hours that young people work.",
    "Large language models answer questions about tables less well than questions about text.",
    "A protein that binds to damaged DNA is found to move along the strand by diffusion.",
    "We introduce a data set of 12,000 annotated street scenes recorded in rain, fog and snow.",
    "The algorithm runs in O(n log n) time and needs memory that grows only with the number of clusters.",
    "Monte Carlo simulation indicates a phase transition at a critical temperature of 2.27.",
    "Our estimator is consistent under heteroskedasticity and clustered sampling.",
    "Soil samples from 40 farms were sequenced to learn which microbes follow the use of fertiliser.",
    "Graph neural networks fail to tell certain pairs of graphs apart; we give a simple remedy.",
    "An attacker who controls one router can reveal the sender of a message with high probability.",
    "The catalyst turns carbon dioxide into methanol at room temperature with little loss of activity.",
    "A randomised trial in 30 schools found no effect of tablets on reading scores.",
    "We derive the equations of motion for a fluid of active particles confined to a sphere.",
    "The corpus holds parliamentary speeches in 27 languages, aligned by sentence.",
    "Bayesian model averaging improves the forecasts of inflation at horizons of up to two years.",
    "The robot learns to fold cloth from ten demonstrations and generalises to unseen garments.",
    "Gravitational lensing by the cluster reveals a companion galaxy at redshift 9.1.",
    "Transfer from a related task helps most when fewer than a hundred examples are labelled.",
    "We survey methods for the retrieval of code and compare them on six benchmarks.",
    "Mutations in the promoter change expression of the gene in liver but not in muscle.",
    "A quantum circuit of depth 20 prepares the ground state with fidelity above 0.98.",
    "The results contradict earlier reports that sleep deprivation harms only declarative memory.",
    "Compression by pruning and 4-bit quantisation makes the model run on a phone.",
    "For every prime p the group has at most finitely many subgroups of index p.",
    "Interviews with 25 nurses describe how alarms are ignored during night shifts.",
    "Code and data are available.",
    "We prove that the problem is NP-hard even on planar graphs of bounded degree.",
    "Reinforcement learning with human feedback tends to favour long answers.",
    "The spread of the virus is modelled by a network of households, schools and work places.",
    "Ultrasound images are segmented by a convolutional network with attention to edges.",
    "Central banks that publish their forecasts are followed by smaller surprises in the markets.",
    "The sensor detects nitrogen dioxide at 5 ppb and recovers within a minute.",
    "Word order in child speech follows the input more closely than was believed.",
    "Stars form more slowly in the outer disk, where the gas is stable.",
    "An open library for differentiable physics is described, with examples in optics and mechanics.",
    "The method is slower than its rivals by a factor of three, but never needs tuning.",
)
LENGTHS = (1, 2, 3, 5, 8)
TEXTS = 200


def check_texts() -> list[str]:
    """200 texts of one to eight sentences, always the same: a walk through SENTENCES with growing steps."""
    texts = []
    for number in range(TEXTS):
        step = 1 + 2 * (number // len(SENTENCES))
        chosen = [SENTENCES[(number + step * k) % len(SENTENCES)] for k in range(LENGTHS[number % len(LENGTHS)])]
        texts.append(" ".join(chosen))
    return texts
