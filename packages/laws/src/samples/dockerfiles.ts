import * as fc from "fast-check"

/** A file of a build context. */
export interface SampleFile {
  readonly text: string
  readonly mode: number
}

/** An instruction as a value, so that it can be changed in one place. */
export type SampleLine =
  | { readonly kind: "run"; readonly command: string }
  /** A script in a heredoc. */
  | { readonly kind: "script"; readonly body: string }
  /** `also`: a second source. */
  | {
      readonly kind: "copy"
      readonly source: string
      readonly also?: string
      readonly to: string
      readonly flag: "" | "--chown=1:2 " | "--chmod=600 "
    }
  /** A file that stands in the Dockerfile. */
  | { readonly kind: "inline"; readonly body: string; readonly to: string }
  /** A command for whoever builds on this stage. */
  | { readonly kind: "trigger"; readonly command: string }
  /** From an earlier stage, by position; taken modulo their number, and left out in the first stage. */
  | { readonly kind: "from"; readonly stage: number }
  | { readonly kind: "env" | "arg" | "label"; readonly name: string; readonly value: string }
  | { readonly kind: "workdir" | "user" | "shell" | "cmd" | "health"; readonly value: string }

/** A stage: on an earlier one, by position, or on the base image (-1). */
export interface SampleStage {
  readonly on: number
  readonly lines: ReadonlyArray<SampleLine>
}

/** A Dockerfile with its context, as a value. The last stage is built. */
export interface Scenario {
  readonly stages: ReadonlyArray<SampleStage>
  readonly files: ReadonlyMap<string, SampleFile>
  /** Which of several base images: they differ in their settings only. */
  readonly base: number
  readonly platform: "linux/amd64" | "linux/arm64"
}

const words = fc.constantFrom("a", "b", "ab", "a b")

// Names of variables are few, so that they are set again; ENV and ARG have names of their own.
const lines: fc.Arbitrary<SampleLine> = fc.oneof(
  { weight: 4, arbitrary: words.map((word): SampleLine => ({ kind: "run", command: `make ${word}` })) },
  { weight: 1, arbitrary: fc.constant<SampleLine>({ kind: "run", command: "true" }) },
  {
    weight: 4,
    arbitrary: fc
      .record({
        source: fc.constantFrom("a", "d", "d/a", "e", "."),
        also: fc.option(fc.constantFrom("a", "e", "d/b"), { nil: undefined, freq: 4 }),
        to: fc.constantFrom("/in/", "/in/x/", "rel/"),
        flag: fc.constantFrom("" as const, "" as const, "--chown=1:2 " as const, "--chmod=600 " as const)
      })
      .map(({ also, ...copy }): SampleLine => ({ kind: "copy", ...copy, ...(also === undefined ? {} : { also }) }))
  },
  { weight: 1, arbitrary: words.map((body): SampleLine => ({ kind: "script", body: `make ${body}` })) },
  { weight: 1, arbitrary: words.map((body): SampleLine => ({ kind: "inline", body, to: "/inline/" })) },
  { weight: 1, arbitrary: words.map((word): SampleLine => ({ kind: "trigger", command: `make ${word}` })) },
  { weight: 1, arbitrary: words.map((value): SampleLine => ({ kind: "health", value })) },
  { weight: 2, arbitrary: fc.nat(2).map((stage): SampleLine => ({ kind: "from", stage })) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom("A", "B"), words)
      .map(([name, value]): SampleLine => ({ kind: "env", name, value }))
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom("X", "Y"), words)
      .map(([name, value]): SampleLine => ({ kind: "arg", name, value }))
  },
  { weight: 1, arbitrary: words.map((value): SampleLine => ({ kind: "label", name: "l", value })) },
  { weight: 1, arbitrary: fc.constantFrom("/w", "w").map((value): SampleLine => ({ kind: "workdir", value })) },
  { weight: 1, arbitrary: fc.constantFrom("bob", "0:1").map((value): SampleLine => ({ kind: "user", value })) },
  {
    weight: 1,
    arbitrary: fc.constantFrom("/bin/ash", "/bin/sh").map((value): SampleLine => ({ kind: "shell", value }))
  },
  { weight: 1, arbitrary: words.map((value): SampleLine => ({ kind: "cmd", value })) }
)

/** An argument right before a command that sees it: alone, each of them seldom meets the other. */
const couples = fc
  .tuple(fc.constantFrom("X", "Y"), words, words)
  .map(([name, value, word]): ReadonlyArray<SampleLine> => [
    { kind: "arg", name, value },
    { kind: "run", command: `make ${word}` }
  ])

/** Up to five, or ten where each is a couple. */
const stageLines = fc
  .array(
    fc.oneof(
      { weight: 5, arbitrary: lines.map((line): ReadonlyArray<SampleLine> => [line]) },
      { weight: 1, arbitrary: couples }
    ),
    { minLength: 1, maxLength: 5 }
  )
  .map((parts) => parts.flat())

const contexts = fc
  .tuple(
    ...["a", "b", "d/a", "d/b", "d/sub/a", "e/a"].map((path) =>
      fc
        .record({ text: fc.constantFrom("", "1", "2"), mode: fc.constantFrom(0o644, 0o600) })
        .map((file) => [path, file] as const)
    )
  )
  .map((entries) => new Map(entries))

/** Dockerfiles of one to three stages that share beginnings, settings and files. */
export const scenarios: fc.Arbitrary<Scenario> = fc.record({
  stages: fc.array(fc.record({ on: fc.integer({ min: -1, max: 1 }), lines: stageLines }), {
    minLength: 1,
    maxLength: 3
  }),
  files: contexts,
  base: fc.constant(0),
  platform: fc.constant("linux/amd64" as const)
})

/** One stage of these lines, with one file: for counterexamples of earlier days. */
export const scenarioOf = (...own: ReadonlyArray<SampleLine>): Scenario => ({
  stages: [{ on: -1, lines: own }],
  files: new Map([["a", { text: "1", mode: 0o644 }]]),
  base: 0,
  platform: "linux/amd64"
})

/** The stage's place in the file, or -1 for the base image: never itself or a later one. */
export const baseOf = ({ on }: SampleStage, index: number): number => (on < index ? on : -1)

/** The stage that a `from` line copies from; none in the first stage. */
export const sourceOf = (line: SampleLine, index: number): number | undefined =>
  line.kind === "from" && index > 0 ? line.stage % index : undefined

/** The text of a Dockerfile. `between`: what stands between two instructions. */
export const dockerfile = (
  { stages }: Scenario,
  rename: (index: number) => string = (index) => `s${index}`,
  between = "\n"
): string =>
  stages
    .flatMap((stage, index) => {
      const base = baseOf(stage, index)
      return [
        `FROM ${base < 0 ? "base" : rename(base)} AS ${rename(index)}`,
        ...stage.lines.flatMap((line) => lineText(line, index, rename) ?? [])
      ]
    })
    .join(between)

const lineText = (line: SampleLine, index: number, rename: (index: number) => string): string | undefined => {
  switch (line.kind) {
    case "run":
      return `RUN ${line.command}`
    case "script":
      return `RUN <<END\nset -e\n${line.body}\nEND`
    case "inline":
      return `COPY <<it ${line.to}\n${line.body}\nit`
    case "trigger":
      return `ONBUILD RUN ${line.command}`
    case "health":
      return `HEALTHCHECK CMD ${line.value}`
    case "copy":
      return `COPY ${line.flag}${line.source}${line.also === undefined ? "" : ` ${line.also}`} ${line.to}`
    case "from": {
      const source = sourceOf(line, index)
      return source === undefined ? undefined : `COPY --from=${rename(source)} /run /from/`
    }
    case "env":
    case "arg":
    case "label":
      return `${line.kind.toUpperCase()} ${line.name}="${line.value}"`
    case "workdir":
    case "user":
      return `${line.kind.toUpperCase()} ${line.value}`
    case "shell":
      return `SHELL ["${line.value}", "-c"]`
    case "cmd":
      return `CMD ["${line.value}"]`
  }
}

/** The lines of a stage that stand in the file. */
export const written = ({ lines: all }: SampleStage, index: number): ReadonlyArray<SampleLine> =>
  all.filter((line) => lineText(line, index, String) !== undefined)

/** The commands that the stage below has left for this one. */
export const triggersFor = (scenario: Scenario, index: number): ReadonlyArray<SampleLine> => {
  const stage = scenario.stages[index]
  const below = stage === undefined ? undefined : scenario.stages[baseOf(stage, index)]
  return (below?.lines ?? []).flatMap((line) =>
    line.kind === "trigger" ? [{ kind: "run", command: line.command } as const] : []
  )
}

/** Whether a COPY takes a file. */
export const reads = ({ also, source }: { readonly source: string; readonly also?: string }, path: string): boolean =>
  [source, also].some((each) => each === "." || path === each || path.startsWith(`${each}/`))

/** Stages that the last one needs, itself included. */
export const neededStages = ({ stages }: Scenario): ReadonlySet<number> => {
  const needed = new Set([stages.length - 1])
  for (let index = stages.length - 1; index >= 0; index--) {
    const stage = stages[index]
    if (stage === undefined || !needed.has(index)) continue
    needed.add(baseOf(stage, index))
    for (const line of stage.lines) needed.add(sourceOf(line, index) ?? -1)
  }
  needed.delete(-1)
  return needed
}
