"""The efficiency of training on many processes: docs/scale.md shows what the model prints, and the model obeys laws."""
import dataclasses
import math
import pathlib
import sys

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "bench/scale"))
import efficiency as scale

SWIN = scale.Model("swin_tiny", 110_080_492, 0)
LINKS = (scale.FAST, scale.ONE_CARD, scale.GLOO)
MANY = (1, 2, 3, 8, 9, 64, 512)


def simulated_ring(values):
    """The bytes that each process sends while a ring sums vectors of a byte an element, and the sums: reduce-scatter, then
    all-gather, chunk by chunk."""
    size = len(values)
    chunks = [[list(vector[i::size]) for i in range(size)] for vector in values]
    sent = [0] * size
    for phase in (0, 1):
        for step in range(size - 1):
            moving = [(rank, (rank + phase - step) % size) for rank in range(size)]
            messages = [list(chunks[rank][chunk]) for rank, chunk in moving]
            for (rank, chunk), message in zip(moving, messages):
                sent[rank] += len(message)
                there = chunks[(rank + 1) % size]
                there[chunk] = message if phase else [a + b for a, b in zip(there[chunk], message)]
    return sent, chunks


def laws():
    for links in LINKS:
        for step in (0.001, 1.0):
            assert scale.efficiency(SWIN, links, step, 1) == 1
            rates = [processes * scale.efficiency(SWIN, links, step, processes) for processes in MANY]
            assert all(0 < rate <= processes for rate, processes in zip(rates, MANY)), rates
            faster = dataclasses.replace(links, local=2 * links.local, network=2 * links.network)
            sooner = dataclasses.replace(links, latency=links.latency / 2)
            for processes in MANY[1:]:
                own = scale.efficiency(SWIN, links, step, processes)
                assert scale.efficiency(SWIN, faster, step, processes) >= own
                assert scale.efficiency(SWIN, sooner, step, processes) >= own
                assert scale.efficiency(SWIN, links, 10 * step, processes) > own - 1e-12, "a longer step hides more"
                normed = dataclasses.replace(SWIN, batch_norms=10)
                assert scale.efficiency(normed, links, step, processes) < own
    # Nothing to hide behind, no latency and no scatter: the bytes alone.
    slow = scale.Links("slow", 1e9, 1e9, 0, 1, False)
    step, size = 1.0, 4
    lost = 1 / scale.efficiency(SWIN, slow, step, size) - 1 - scale.SCATTER * math.sqrt(2 * math.log(size))
    assert math.isclose(lost, 2 * 3 / 4 * SWIN.gradients / 1e9, rel_tol=1e-9), lost
    # Links that are free leave the scatter alone.
    free = scale.Links("free", math.inf, math.inf, 0, 1, True)
    assert math.isclose(scale.efficiency(SWIN, free, step, 64), 1 / (1 + scale.SCATTER * math.sqrt(2 * math.log(64))))


def bytes_of_a_ring():
    for size in (2, 3, 8):
        values = [[rank + 10 * place for place in range(5 * size)] for rank in range(size)]
        sent, chunks = simulated_ring(values)
        whole = [sum(vector[place] for vector in values) for place in range(5 * size)]
        for rank in range(size):
            assert sent[rank] == scale.sent_bytes(5 * size, size), (sent, size)
            assert [chunks[rank][place % size][place // size] for place in range(5 * size)] == whole, "the ring does not sum"


def main(jetvit):
    bytes_of_a_ring()
    laws()
    described = scale.described(jetvit, "swin_tiny")
    assert described == SWIN, described
    table = scale.documented_table(jetvit)
    assert table in (SOURCE / "docs/scale.md").read_text(), f"docs/scale.md does not show what bench/scale/efficiency.py prints:\n{table}"
    print("the table of docs/scale.md is that of the model, which obeys its laws")


if __name__ == "__main__":
    main(sys.argv[1])
