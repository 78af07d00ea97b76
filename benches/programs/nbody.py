"""Five bodies under gravity for n steps: float attributes and pairwise loops."""

DEFAULT, SHORT, CHECK = 520000, 100000, 200


class Body:
    def __init__(self, mass, position, velocity):
        self.mass = mass
        self.x, self.y, self.z = position
        self.vx, self.vy, self.vz = velocity


def system():
    bodies = [Body(40.0, (0.0, 0.0, 0.0), (0.0, 0.0, 0.0))]
    for index in range(1, 5):
        distance = 3.0 * index + 1.0
        speed = (40.0 / distance) ** 0.5
        tilt = 0.01 * index
        if index % 2:
            bodies.append(Body(0.01 * index, (distance, 0.0, tilt), (0.0, speed, 0.0)))
        else:
            bodies.append(Body(0.01 * index, (0.0, -distance, tilt), (speed, 0.0, 0.0)))
    return bodies


def pairs_of(bodies):
    pairs = []
    for i in range(len(bodies)):
        for j in range(i + 1, len(bodies)):
            pairs.append((bodies[i], bodies[j]))
    return pairs


def advance(bodies, pairs, dt):
    for a, b in pairs:
        dx = a.x - b.x
        dy = a.y - b.y
        dz = a.z - b.z
        square = dx * dx + dy * dy + dz * dz
        pull = dt / (square * square**0.5)
        to_a = b.mass * pull
        to_b = a.mass * pull
        a.vx -= dx * to_a
        a.vy -= dy * to_a
        a.vz -= dz * to_a
        b.vx += dx * to_b
        b.vy += dy * to_b
        b.vz += dz * to_b
    for body in bodies:
        body.x += dt * body.vx
        body.y += dt * body.vy
        body.z += dt * body.vz


def energy(bodies, pairs):
    total = 0.0
    for body in bodies:
        total += 0.5 * body.mass * (body.vx**2 + body.vy**2 + body.vz**2)
    for a, b in pairs:
        dx, dy, dz = a.x - b.x, a.y - b.y, a.z - b.z
        total -= a.mass * b.mass / (dx * dx + dy * dy + dz * dz) ** 0.5
    return total


def run(n):
    bodies = system()
    pairs = pairs_of(bodies)
    before = energy(bodies, pairs)
    for _ in range(n):
        advance(bodies, pairs, 0.001)
    return f"{before:.9f} {energy(bodies, pairs):.9f}"


def main():
    import sys

    mode = sys.argv[1] if len(sys.argv) > 1 else "check"
    if mode == "check":
        print(run(CHECK))
    elif mode == "once":
        print(run(DEFAULT))
    elif mode == "best":
        import time

        for _ in range(int(sys.argv[2])):
            start = time.perf_counter()
            run(SHORT)
            print(time.perf_counter() - start)
    else:
        raise SystemExit("usage: check | once | best K")


if __name__ == "__main__":
    main()
