"""Makes fixture.json: coefficients of scikit-learn on the terms of our logistic, for `learners::logistic` to be held against.

Run in an environment with numpy and scikit-learn (made with scikit-learn 1.9.1): `python tests/oracle/logistic/fixture.py`.
The rows come from a linear congruential generator that the test repeats; the terms (a curve with bends at the weighted
quantiles .2, .4, .6, .8, a missing indicator, one column a level) are built here anew from their description.
"""

import json
import os

import numpy as np
from sklearn.linear_model import LogisticRegression

N = 3000


def draws(count, seed=20260630):
    out = []
    for _ in range(count):
        seed = (seed * 1103515245 + 12345) % (1 << 31)
        out.append(seed / (1 << 31))
    return np.array(out)


u = draws(4 * N).reshape(N, 4)
x = np.round(u[:, 0] * 10.0, 3).astype(np.float32)
missing = u[:, 1] < 0.15
level = 1 + (u[:, 2] * 3.0).astype(int)
weight = 1.0 + (np.arange(N) % 3)
bend = np.where(missing, -0.5, np.abs(x.astype(float) - 5.0) - 2.5)
y = (u[:, 3] < 1.0 / (1.0 + np.exp(-(bend + level - 2.5)))).astype(int)

known = x[~missing].astype(float)
w = weight[~missing]
center = np.sum(w * known) / np.sum(w)
scale = np.sqrt(np.sum(w * (known - center) ** 2) / np.sum(w))
t = np.where(missing, 0.0, (x.astype(float) - center) / scale)
order = np.argsort(known, kind="stable")
sorted_t, acc = (known[order] - center) / scale, np.cumsum(w[order])
knots = [sorted_t[np.searchsorted(acc, q * acc[-1] - 1e-9)] for q in (0.2, 0.4, 0.6, 0.8)]
columns = [t] + [np.where(missing, 0.0, np.maximum(t - k, 0.0)) for k in knots] + [missing.astype(float)]
columns += [(level == k).astype(float) for k in (1, 2, 3)]
design = np.column_stack(columns)
out = {"rows": N, "events": int(y.sum()), "knots": [float(k) for k in knots], "fits": []}
for l2 in (1.0, 25.0):
    model = LogisticRegression(C=1.0 / l2, solver="newton-cholesky", tol=1e-13, max_iter=200)
    model.fit(design, y, sample_weight=weight)
    out["fits"].append({
        "l2": l2,
        "coefficients": [float(c) for c in model.coef_[0]],
        "intercept": float(model.intercept_[0]),
    })
here = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(here, "fixture.json"), "w") as f:
    json.dump(out, f, indent=1)
    f.write("\n")
