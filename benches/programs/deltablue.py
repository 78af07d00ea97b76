"""A one-way constraint solver with strengths, kept up to date step by step (virtual calls, small lists)."""

DEFAULT, SHORT, CHECK = 120000, 28000, 20

REQUIRED, STRONG, NORMAL, WEAK, WEAKEST = range(5)


class Variable:
    def __init__(self, name, value):
        self.name = name
        self.value = value
        self.uses = []
        self.source = None
        self.mark = 0
        self.strength = WEAKEST
        self.fixed = True


class Constraint:
    """A relation that some of its variables can be computed from the others."""

    def __init__(self, solver, strength):
        self.solver = solver
        self.strength = strength

    def install(self):
        for variable in self.variables():
            variable.uses.append(self)
        self.forget()
        self.solver.add(self)

    def remove(self):
        if self.satisfied():
            self.solver.take_away(self)
        else:
            for variable in self.variables():
                variable.uses.remove(self)

    def satisfy(self, mark):
        """Takes over an output; returns the weaker constraint that had it."""
        self.choose(mark)
        if not self.satisfied():
            if self.strength == REQUIRED:
                raise RuntimeError("a required constraint cannot hold")
            return None
        for variable in self.inputs():
            variable.mark = mark
        output = self.output()
        loser = output.source
        if loser is not None:
            loser.forget()
        output.source = self
        if not self.solver.propagate(self, mark):
            raise RuntimeError("a cycle of constraints")
        output.mark = mark
        return loser

    def inputs_known(self, mark):
        for variable in self.inputs():
            if not (variable.mark == mark or variable.fixed or variable.source is None):
                return False
        return True

    def is_input(self):
        return False


class Unary(Constraint):
    def __init__(self, solver, variable, strength):
        super().__init__(solver, strength)
        self.variable = variable
        self.active = False
        self.install()

    def variables(self):
        return (self.variable,)

    def inputs(self):
        return ()

    def output(self):
        return self.variable

    def satisfied(self):
        return self.active

    def forget(self):
        self.active = False

    def choose(self, mark):
        variable = self.variable
        self.active = variable.mark != mark and self.strength < variable.strength

    def recalculate(self):
        self.variable.strength = self.strength
        self.variable.fixed = not self.is_input()
        if self.variable.fixed:
            self.compute()

    def compute(self):
        pass


class Stay(Unary):
    pass


class Edit(Unary):
    def is_input(self):
        return True


class Binary(Constraint):
    def __init__(self, solver, left, right, strength):
        super().__init__(solver, strength)
        self.left = left
        self.right = right
        self.forward = None
        self.install()

    def variables(self):
        return (self.left, self.right)

    def inputs(self):
        return (self.left if self.forward else self.right,)

    def output(self):
        return self.right if self.forward else self.left

    def satisfied(self):
        return self.forward is not None

    def forget(self):
        self.forward = None

    def choose(self, mark):
        left, right = self.left, self.right
        self.forward = None
        if left.mark == mark:
            if right.mark != mark and self.strength < right.strength:
                self.forward = True
        elif right.mark == mark:
            if self.strength < left.strength:
                self.forward = False
        elif left.strength > right.strength:
            if self.strength < left.strength:
                self.forward = False
        elif self.strength < right.strength:
            self.forward = True

    def recalculate(self):
        source, target = self.inputs()[0], self.output()
        target.strength = max(self.strength, source.strength)
        target.fixed = source.fixed
        if target.fixed:
            self.compute()


class Equal(Binary):
    def compute(self):
        self.output().value = self.inputs()[0].value


class Scale(Binary):
    """right = left * scale + offset."""

    def __init__(self, solver, left, scale, offset, right, strength):
        self.scale = scale
        self.offset = offset
        super().__init__(solver, left, right, strength)

    def variables(self):
        return (self.left, self.right, self.scale, self.offset)

    def inputs(self):
        return (self.left if self.forward else self.right, self.scale, self.offset)

    def compute(self):
        if self.forward:
            self.right.value = self.left.value * self.scale.value + self.offset.value
        else:
            self.left.value = (self.right.value - self.offset.value) // self.scale.value

    def recalculate(self):
        source, target = self.inputs()[0], self.output()
        target.strength = max(self.strength, source.strength)
        target.fixed = source.fixed and self.scale.fixed and self.offset.fixed
        if target.fixed:
            self.compute()


class Solver:
    def __init__(self):
        self.mark = 0

    def fresh(self):
        self.mark += 1
        return self.mark

    def add(self, constraint):
        mark = self.fresh()
        loser = constraint.satisfy(mark)
        while loser is not None:
            loser = loser.satisfy(mark)

    def take_away(self, constraint):
        output = constraint.output()
        output.source = None
        constraint.forget()
        for variable in constraint.variables():
            variable.uses.remove(constraint)
        free = []
        output.strength = WEAKEST
        output.fixed = True
        todo = [output]
        while todo:
            variable = todo.pop()
            for user in variable.uses:
                if not user.satisfied():
                    free.append(user)
                elif user is not variable.source:
                    user.recalculate()
                    todo.append(user.output())
        free.sort(key=lambda user: user.strength)
        for user in free:
            self.add(user)

    def propagate(self, constraint, mark):
        todo = [constraint]
        while todo:
            current = todo.pop()
            output = current.output()
            if output.mark == mark:
                return False
            current.recalculate()
            for user in output.uses:
                if user is not output.source and user.satisfied():
                    todo.append(user)
        return True

    def plan(self, sources):
        mark = self.fresh()
        plan = []
        todo = [source for source in sources if source.is_input() and source.satisfied()]
        while todo:
            constraint = todo.pop()
            output = constraint.output()
            if output.mark != mark and constraint.inputs_known(mark):
                plan.append(constraint)
                output.mark = mark
                for user in output.uses:
                    if user is not output.source and user.satisfied():
                        todo.append(user)
        return plan


def change(solver, variable, value):
    edit = Edit(solver, variable, STRONG)
    plan = solver.plan([edit])
    for step in range(10):
        variable.value = value + step
        for constraint in plan:
            constraint.compute()
    edit.remove()


def chain(n):
    solver = Solver()
    variables = [Variable(f"v{index}", 0) for index in range(n + 1)]
    for index in range(n):
        Equal(solver, variables[index], variables[index + 1], REQUIRED)
    Stay(solver, variables[-1], NORMAL)
    change(solver, variables[0], 100)
    return variables[-1].value


def projection(n):
    solver = Solver()
    scale, offset = Variable("scale", 10), Variable("offset", 1000)
    source = target = None
    targets = []
    for index in range(n):
        source, target = Variable("s", index), Variable("t", index)
        targets.append(target)
        Stay(solver, source, NORMAL)
        Scale(solver, source, scale, offset, target, REQUIRED)
    change(solver, source, 17)
    forward = target.value
    change(solver, target, 1050)
    backward = source.value
    change(solver, scale, 5)
    change(solver, offset, 2000)
    return forward, backward, sum(variable.value for variable in targets)


def run(n):
    return chain(n), projection(n)


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
