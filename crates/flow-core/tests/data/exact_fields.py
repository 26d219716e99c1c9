"""Reference values for the exact fields, in 120-digit arithmetic (Python 3, mpmath 1.3).

Writes exact_fields.json beside itself: `python exact_fields.py`. The formulas are the textbook
ones, without any of the rearrangements that flow-core needs in double precision; scores and
divergences are central differences of them; and before anything is written, some of them are
checked against plain numerical integration over all pairs (x0, x1).
"""

import json
import math
import pathlib

from mpmath import cos, erfc, exp, expm1, inf, isfinite, log, matrix, mp, mpf, pi, sin, sqrt

mp.dps = 120

SCHEDULES = [{"type": "cond-ot"}, {"type": "cosine"}, {"type": "vp", "beta_min": 0.1, "beta_max": 20.0}]
NORMAL = {"type": "standard_normal"}
MIXTURE = {
    "type": "gaussian_mixture",
    "weights": [0.5, 0.3, 0.2],
    "means": [[2.0, 0.0], [-1.0, 1.5], [0.5, -2.0]],
    "covs": [[[0.04, 0.0], [0.0, 0.04]], [[0.5, 0.3], [0.3, 0.4]], [[1.2, -0.2], [-0.2, 0.1]]],
}
TILTED = {
    "type": "gaussian_mixture",
    "weights": [0.6, 0.4],
    "means": [[-1.0, 0.5], [1.5, -0.25]],
    "covs": [[[0.8, 0.2], [0.2, 0.5]], [[0.3, -0.1], [-0.1, 0.6]]],
}
LEVEL = {
    "type": "gaussian_mixture",
    "weights": [0.7, 0.3],
    "means": [[-0.5, 0.5], [1.0, 0.0]],
    "covs": [[[0.8, 0.0], [0.0, 0.5]], [[0.09, 0.0], [0.0, 1.5]]],
}
RECTANGLES = {
    "type": "uniform_rectangles",
    "weights": [0.3, 0.3, 0.25, 0.15],
    "rects": [[-4.0, -2.0, -2.0, 0.0], [0.0, 2.0, 0.0, 2.0], [0.0, 2.0, -3.0, -1.0], [-3.0, 3.0, 2.5, 2.625]],
}
POINTS = {"type": "points", "points": [[1.0, 0.5], [-2.0, 1.0], [0.25, -1.5], [1.0625, 0.5]]}
FIELDS = [
    (MIXTURE, NORMAL),
    (MIXTURE, TILTED),
    (RECTANGLES, NORMAL),
    (RECTANGLES, LEVEL),
    (LEVEL, RECTANGLES),
    (POINTS, NORMAL),
    (POINTS, TILTED),
    (TILTED, POINTS),
]
TIMES = [0.0, 1e-6, 0.03125, 0.3, 0.5, 0.9, 0.999, 1.0 - 1e-6, 1.0]
PLACES = [[0.1, -1.2], [1.7, 0.4], [50.0, -0.7], [-30.0, 40.0]]


def coefficients(schedule, t):
    """alpha, sigma, alpha', sigma' and sigma sigma'."""
    t = mpf(t)
    if schedule["type"] == "cond-ot":
        return t, 1 - t, mpf(1), mpf(-1), t - 1
    if schedule["type"] == "cosine":
        a, s = (mpf(0), mpf(1)) if t == 0 else (mpf(1), mpf(0)) if t == 1 else (sin(pi * t / 2), cos(pi * t / 2))
        return a, s, pi / 2 * s, -pi / 2 * a, -pi / 2 * a * s
    low, high = mpf(schedule["beta_min"]), mpf(schedule["beta_max"])
    big = (1 - t) ** 2 * (high - low) / 2 + (1 - t) * low
    d_big = -(1 - t) * (high - low) - low
    a, s = exp(-big / 2), sqrt(-expm1(-big))
    product = d_big * exp(-big) / 2
    return a, s, -d_big * a / 2, product / s if s != 0 else -inf, product


def scaled(rate, value):
    return mpf(0) if value == 0 else rate * value


def lumps(spec):
    """(weight, mean, covariance) of mixtures and points."""
    if spec["type"] == "standard_normal":
        return [(mpf(1), matrix([0, 0]), matrix([[1, 0], [0, 1]]))]
    if spec["type"] == "points":
        n = len(spec["points"])
        return [(mpf(1) / n, matrix(point), matrix([[0, 0], [0, 0]])) for point in spec["points"]]
    total = sum(mpf(w) for w in spec["weights"])
    return [
        (mpf(w) / total, matrix(mean), matrix(cov))
        for w, mean, cov in zip(spec["weights"], spec["means"], spec["covs"])
    ]


def rectangles(spec):
    total = sum(mpf(w) for w in spec["weights"])
    return [(mpf(w) / total, [mpf(side) for side in rect]) for w, rect in zip(spec["weights"], spec["rects"])]


def inverse(c):
    det = c[0, 0] * c[1, 1] - c[0, 1] * c[1, 0]
    return matrix([[c[1, 1], -c[0, 1]], [-c[1, 0], c[0, 0]]]) / det, det


def gaussian_pairs(target, source, at, x):
    """Per pair: density, velocity, E[x1 | x], E[x0 | x]."""
    a, s, da, ds, sds = at
    for w, m, big_s in lumps(target):
        for v, n, big_t in lumps(source):
            c = a * a * big_s + s * s * big_t
            if c[0, 0] == 0:
                raise ZeroDivisionError
            inv, det = inverse(c)
            pull = inv * (x - a * m - s * n)
            quadratic = ((x - a * m - s * n).T * pull)[0]
            density = w * v * exp(-quadratic / 2) / (2 * pi * sqrt(det))
            e1, e0 = m + a * big_s * pull, n + s * big_t * pull
            velocity = da * e1 + sds * big_t * pull + matrix([scaled(ds, n[0]), scaled(ds, n[1])])
            yield density, velocity, e1, e0


def axis(p, s, low, high, x):
    """Density of x = p y + s w, and E[y | x]."""
    if s == 0:
        inside = p * low <= x <= p * high
        return (1 / (p * (high - low)) if inside else mpf(0)), x / p
    if p == 0:
        return exp(-((x / s) ** 2) / 2) / (s * sqrt(2 * pi)), (low + high) / 2
    near, far = (p * low - x) / s, (p * high - x) / s
    if near + far < 0:
        density, mean = axis(p, s, -high, -low, -x)
        return density, -mean
    mass = (erfc(near / sqrt(2)) - erfc(far / sqrt(2))) / 2
    bell = lambda w: exp(-w * w / 2) / sqrt(2 * pi)
    return mass / (p * (high - low)), x / p + s / p * (bell(near) - bell(far)) / mass


def rectangle_pairs(target, source, at, x):
    a, s, da, ds, _ = at
    flat_target = target["type"] == "uniform_rectangles"
    p, dp, q, dq = (a, da, s, ds) if flat_target else (s, ds, a, da)
    for w, (left, right, bottom, top) in rectangles(target if flat_target else source):
        for v, n, big_t in lumps(source if flat_target else target):
            density, flat, round_ = w * v, matrix([0, 0]), matrix([0, 0])
            for i, (low, high) in enumerate([(left, right), (bottom, top)]):
                d, mean = axis(p, q * sqrt(big_t[i, i]), low, high, x[i] - q * n[i])
                density *= d
                flat[i] = mean
                round_[i] = (x[i] - p * mean) / q if q != 0 else n[i]
            velocity = matrix([scaled(dp, flat[i]) + scaled(dq, round_[i]) for i in (0, 1)])
            yield density, velocity, *((flat, round_) if flat_target else (round_, flat))


def averages(target, source, at, x):
    """Density, velocity, E[x1 | x], E[x0 | x] of the whole mixture."""
    flat = "uniform_rectangles" in (target["type"], source["type"])
    pairs = [pair for pair in (rectangle_pairs if flat else gaussian_pairs)(target, source, at, x) if pair[0] > 0]
    density = sum(pair[0] for pair in pairs)
    return [density] + [sum((pair[0] * pair[k] for pair in pairs), matrix([0, 0])) / density for k in (1, 2, 3)]


def reference(target, source, schedule, t, place):
    at, x = coefficients(schedule, t), matrix(place)
    density, velocity, data, noise = averages(target, source, at, x)
    if not all(isfinite(v) for v in velocity):
        raise ZeroDivisionError
    h = mpf(10) ** -30
    score, divergence = [], mpf(0)
    for i in (0, 1):
        step = matrix([h if i == 0 else 0, h if i == 1 else 0])
        after, before = averages(target, source, at, x + step), averages(target, source, at, x - step)
        score.append((log(after[0]) - log(before[0])) / (2 * h))
        divergence += (after[1][i] - before[1][i]) / (2 * h)
    return {
        "velocity": [float(v) for v in velocity],
        "score": [float(v) for v in score],
        "log_density": float(log(density)),
        "divergence": float(divergence),
        "data_mean": [float(v) for v in data],
        "noise_mean": [float(v) for v in noise],
    }


def check_by_integration():
    """The density and E[x1 | x] by a midpoint sum over all x1, nothing simplified."""
    a, s, x, cells = math.sin(0.2 * math.pi), math.cos(0.2 * math.pi), (0.3, -0.6), 600

    def normal(d, cov):
        (p, q), (_, r) = cov
        det = p * r - q * q
        quadratic = (r * d[0] ** 2 - 2 * q * d[0] * d[1] + p * d[1] ** 2) / det
        return math.exp(-quadratic / 2) / (2 * math.pi * math.sqrt(det))

    def density(spec, y):
        if spec["type"] == "uniform_rectangles":
            hits = [(w, r) for w, r in zip(spec["weights"], spec["rects"]) if r[0] < y[0] < r[1] and r[2] < y[1] < r[3]]
            return sum(w / ((r[1] - r[0]) * (r[3] - r[2])) for w, r in hits)
        components = zip(spec["weights"], spec["means"], spec["covs"])
        return sum(w * normal((y[0] - m[0], y[1] - m[1]), cov) for w, m, cov in components)

    for target, source in [(MIXTURE, TILTED), (RECTANGLES, LEVEL)]:
        total, first, size = 0.0, 0.0, 12 / cells
        for i in range(cells):
            for j in range(cells):
                y = (-6 + size * (i + 0.5), -6 + size * (j + 0.5))
                data = density(target, y)
                if data > 0:
                    data *= density(source, [(x[k] - a * y[k]) / s for k in (0, 1)]) * size * size / (s * s)
                total, first = total + data, first + data * y[0]
        expected = averages(target, source, coefficients(SCHEDULES[1], 0.4), matrix(x))
        assert abs(total / expected[0] - 1) < 1e-3, (total, expected[0])
        assert abs(first / total - expected[2][0]) < 1e-3, (first / total, expected[2][0])


def main():
    check_by_integration()
    rows = []
    for field, (target, source) in enumerate(FIELDS):
        for schedule in SCHEDULES:
            for t in TIMES:
                for x in PLACES:
                    try:
                        expected = reference(target, source, schedule, t, x)
                    except ZeroDivisionError:
                        expected = None
                    rows.append({"field": field, "schedule": schedule, "t": t, "x": x, "expected": expected})
        print(f"field {field}: {len(rows)} rows so far", flush=True)
    table = {"fields": [{"target": target, "source": source} for target, source in FIELDS], "rows": rows}
    lines = ",\n".join(json.dumps(row, separators=(",", ":")) for row in rows)
    text = f'{{"fields":{json.dumps(table["fields"])},\n"rows":[\n{lines}\n]}}\n'
    pathlib.Path(__file__).with_name("exact_fields.json").write_text(text)


main()
