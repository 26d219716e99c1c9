//! The script's parts that are the same whatever the numbers. The numbers are put in the place of
//! names in capitals.

pub const MIXTURE: &str = "\
def mixture(weights, means, factors, modes):  # of Gaussians; the factors are lower Cholesky factors
    w, m, f, modes = (torch.tensor(v) for v in (weights, means, factors, modes))
    def draw(n):
        k = torch.multinomial(w, n, replacement=True)
        return m[k] + (f[k] @ torch.randn(n, 2, 1))[..., 0], modes[k]
    return draw
";

pub const NORMAL: &str = "\
def normal(n):  # points, and the mode of each
    return torch.randn(n, 2), torch.zeros(n, dtype=torch.long)
";

pub const RECTANGLES: &str = "\
def rectangles(weights, sides):  # uniform in each; a side is [left, right, bottom, top]
    w, r = torch.tensor(weights), torch.tensor(sides)
    def draw(n):
        k = torch.multinomial(w, n, replacement=True)
        return r[k, ::2] + (r[k, 1::2] - r[k, ::2]) * torch.rand(n, 2), k
    return draw
";

pub const POINTS: &str = "\
def points(given):  # each as likely as any other
    p = torch.tensor(given, dtype=torch.float32)
    def draw(n):
        return p[torch.randint(len(p), (n,))], torch.zeros(n, dtype=torch.long)
    return draw
";

pub const COND_OT: &str = "\
def cond_ot(t):  # alpha, sigma and their derivatives, as of every schedule
    return t, 1 - t, torch.ones_like(t), -torch.ones_like(t)
";

pub const COSINE: &str = "\
def cosine(t):  # alpha, sigma and their derivatives
    c = math.pi / 2
    a, s = (c * t).sin(), (c * (1 - t)).sin()
    return a, s, c * s, -c * a
";

pub const VP: &str = "\
def vp(t, low, high):  # alpha, sigma and their derivatives
    b = 1 - t
    r, dr = b * (b * (high - low) / 2 + low), -(b * (high - low) + low)
    a, s = (-r / 2).exp(), (-(-r).expm1()).sqrt()
    return a, s, -dr / 2 * a, dr / 2 * (-r).exp() / s
";

/// The network: the same as the lab's, so that it loads the lab's weights.
pub const FLOW: &str = "\
class Flow(torch.nn.Module):  # a Gaussian model of the pair (x0, x1) answers first, the network corrects it
    def __init__(self, schedule, rho):  # rho: correlation of noise and data in that model
        super().__init__()
        self.schedule, self.rho = schedule, rho
        sizes = [INPUTS] + [WIDTH] * DEPTH + [2]
        self.layers = torch.nn.ModuleList(torch.nn.Linear(a, b) for a, b in zip(sizes, sizes[1:]))
        with torch.no_grad():
            for layer in self.layers:
                layer.weight *= 6 ** 0.5
            for parameter in self.layers[-1].parameters():
                parameter *= 0.1

    def forward(self, t, xLABEL_ARGUMENT):  # t is one number, or one for each row of x (n x 1)
        t = torch.as_tensor(t, dtype=torch.float64).clamp(max=LAST_TIME)
        a, s, da, ds = self.schedule(t)
        n, p, m, q = torch.tensor(SOURCE_MEAN), SOURCE_DEVIATION, torch.tensor(TARGET_MEAN), TARGET_DEVIATION
        xc, cross = x - a * m - s * n, self.rho * q * p
        v = (a * q) ** 2 + (s * p) ** 2 + 2 * a * s * cross
        y = (a * q * q + s * cross) / v * xc / q
        k = BASE_FREQUENCY * torch.arange(1, HARMONICS + 1)[:, None] * y[:, None]
        h = [xc / q, y, (2 * t - 1).expand(len(x), 1), torch.stack([k.sin(), k.cos()], 2).flatten(1)LABEL_FEATURES]
        h = torch.cat(h, 1).float()
        for layer in self.layers[:-1]:
            h = torch.nn.functional.silu(layer(h))
        skip = (a * da * q * q + s * ds * p * p + cross * (da * s + a * ds)) / v
        gain = q if self.rho else q * p * (da * s - a * ds) / v.sqrt()
        return (da * m + ds * n + skip * xc + gain * self.layers[-1](h)).float()
";

pub const INDEPENDENT: &str = "\
def pairs():  # noise and data, drawn independently
    x1, mode = target(BATCH)
    return source(BATCH)[0], x1, mode
";

pub const MINIBATCH_OT: &str = "\
pool = []
def pairs(count=[0]):  # drawn from batches in which noise and data are paired by optimal transport
    if count[0] % REUSE == 0:  # (the lab spreads the points of these batches more evenly)
        (x0, _), (x1, mode) = source(OT_SIZE), target(OT_SIZE)
        i, j = linear_sum_assignment(torch.cdist(x0, x1) ** 2CLASS_COST)
        pool.append((x0[i], x1[j], mode[j]))
        del pool[:-POOL]
        pairs.all = [torch.cat(column) for column in zip(*pool)]
    count[0] += 1
    rows = torch.randint(len(pairs.all[0]), (BATCH,))
    return [column[rows] for column in pairs.all]
";

pub const TRAIN: &str = "\
def train(flow, pairs, steps):  # returns the moving average of the weights
    average, adam = copy.deepcopy(flow), torch.optim.Adam(flow.parameters())
    for step in range(1, steps + 1):
        adam.param_groups[0][\"lr\"] = PEAK * LEARNING_RATE
        x0, x1, mode = pairs()
        t = ((torch.arange(len(x0))[:, None] + torch.rand(len(x0), 1, dtype=torch.float64)) / len(x0))CLAMP
        a, s, da, ds = flow.schedule(t)
        x, u = a * x1 + s * x0, da * x1 + ds * x0
EXTRAS        loss = (WEIGHT(flow(t, xMODE) - u)).square().mean()
        adam.zero_grad()
        loss.backward()
        adam.step()
        with torch.no_grad():
            for mean, new in zip(average.parameters(), flow.parameters()):
                mean.lerp_(new, 1 - min(EMA_DECAY, step / (step + 9)))
        if step % 500 == 0:
            print(f\"step {step}: loss {loss.item():.3f}\")
    return average
";

/// Between the lines of [`TRAIN`]: distillation's pairs are the ends of single steps.
pub const SINGLE_STEPS: &str = "        \
        if getattr(flow, \"steps\", 0):  # each pair is the two ends of one Euler step, which its mode numbers
            t, x, u = mode[:, None].double() / flow.steps, x0, flow.steps * (x1 - x0)
";

/// Between the lines of [`TRAIN`]: targets averaged over the batch.
pub const STABLE: &str = "        \
        nearest = torch.softmax(-((x[:, None] - a[:, :, None] * x1) ** 2).sum(2) / (2 * s * s).clamp(min=1e-12), 1)
        u = torch.where(s < 1e-6, u, u + (da - ds * a / s.clamp(min=1e-6)) * (nearest @ x1.double() - x1))
";

/// Between the lines of [`TRAIN`]: some pairs keep their class to themselves.
pub const DROPOUT: &str = "        \
        mode = torch.where(torch.rand(len(mode)) < DROPOUT, CLASSES, mode)
";

/// A solver, whose states are stacked: the first are the starts, the last the samples.
pub const SOLVER: &str = "\
@torch.no_grad()
def NAME(flow, x, steps):  # returns every state
    states, h = [x], 1 / steps
    for t in (i / steps for i in range(steps)):
STEP
        states.append(x)
    return torch.stack(states)
";

pub const EULER: &str = "        x = x + h * flow(t, x)\n";

pub const MIDPOINT: &str = "        x = x + h * flow(t + h / 2, x + h / 2 * flow(t, x))\n";

pub const HEUN: &str = "        \
        u = flow(t, x)
        x = x + h / 2 * (u + flow(min(1, t + h), x + h * u))
";

pub const RK4: &str = "        \
        u = flow(t, x)
        v = flow(t + h / 2, x + h / 2 * u)
        w = flow(t + h / 2, x + h / 2 * v)
        x = x + h / 6 * (u + 2 * v + 2 * w + flow(min(1, t + h), x + h * w))
";

pub const DDIM: &str = "        \
        a, s, da, ds = flow.schedule(torch.tensor(t, dtype=torch.float64))
        u, d = flow(t, x), da * s - a * ds
        data, noise = (s * u - ds * x) / d, (da * x - a * u) / d
        a, s, _, _ = flow.schedule(torch.tensor(min(1, t + h), dtype=torch.float64))
        x = a * data + s * noise
";

pub const SDE: &str = "        \
        a, s, da, ds = flow.schedule(torch.tensor(t, dtype=torch.float64))
        u, g = flow(t, x), STRENGTH if t + 1.5 * h < 1 else 0  # the last step is without noise
        score = (a * u - da * x) / (s * (da * s - a * ds))
        x = x + h * (u + g * g / 2 * score) + g * h ** 0.5 * torch.randn_like(x)
";

pub const DOPRI5: &str = "\
@torch.no_grad()
def dopri5(flow, x, steps):  # chooses its own steps; returns both ends
    def slope(t, y):
        return flow(t, torch.tensor(y, dtype=torch.float32).view(-1, 2)).flatten().double().numpy()
    end = solve_ivp(slope, (0, 1), x.flatten().double().numpy(), \"RK45\", rtol=RTOL, atol=ATOL).y[:, -1]
    return torch.stack([x, torch.tensor(end, dtype=torch.float32).view(-1, 2)])
";

pub const GUIDED: &str = "\
def guided(t, x):  # the field of one class, exaggerated
    whole = flow(t, x)
    return whole + GUIDANCE * (flow(t, x, torch.full((len(x),), CLASS)) - whole)
guided.schedule = flow.schedule
";

pub const END: &str = "
x0, _ = source(PARTICLES)
if len(sys.argv) > 2:  # the start and end of every particle of the page
    rows = [line.split(\",\") for line in open(sys.argv[2]).read().splitlines()[1:]]
    page = torch.tensor([[float(cell) for cell in row[1:5]] for row in rows])
    x0 = page[:, :2]
paths = SOLVER(FIELD, x0, STEPS)
x1 = paths[-1]
if len(sys.argv) > 2:
    print(\"largest difference to the samples of the page:\", (x1 - page[:, 2:]).abs().max().item())
few, data = x1[:2000], target(2000)[0]
apart = lambda a, b: torch.cdist(a, b).mean()
print(\"energy distance to the data:\", (2 * apart(few, data) - apart(few, few) - apart(data, data)).item())
try:
    import matplotlib.pyplot as plt
    plt.figure(figsize=(6, 6))
    plt.plot(*paths[:, :100].unbind(2), \"0.8\", linewidth=0.5)
    plt.scatter(*x1.T, s=2)
    plt.savefig(\"samples.png\", dpi=150)
except ImportError:
    print(\"install matplotlib for a picture\")
";
