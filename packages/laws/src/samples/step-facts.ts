import { ofBytes } from "@gantry/core/image/Digest"
import type { StepKey } from "@gantry/core/store/BuildCache"
import type { Canonical } from "@gantry/build/key/canonical"
import type { CopyFacts, LayersBelow, MountFacts, Parent, RunFacts, StepFacts } from "@gantry/build/key/StepFacts"
import * as fc from "fast-check"

/** Text whose length in bytes and in characters differ, that looks like a length, or that ends where another begins. */
const texts = fc.oneof(
  fc.constantFrom("", "a", "ab", "1:a", "e", "i1e", "é", "🦆", "a b", "A=1"),
  fc.fullUnicodeString({ maxLength: 4 }).filter((text) => text.isWellFormed())
)

/** Everything a key may be made of. */
export const canonicals: fc.Arbitrary<Canonical> = fc.letrec<{ value: Canonical }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    texts,
    fc.maxSafeInteger(),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(texts, tie("value"), { maxKeys: 4 })
  )
})).value

const digests = texts.map((text) => ofBytes(text))

const parents: fc.Arbitrary<Parent> = fc.oneof(
  digests.map((digest) => ({ step: digest as StepKey })),
  fc.record({ image: digests, platform: texts }),
  texts.map((scratch) => ({ scratch }))
)

const grounds: fc.Arbitrary<Parent | LayersBelow> = fc.oneof(
  { weight: 3, arbitrary: parents },
  { weight: 1, arbitrary: fc.record({ layers: digests, platform: texts }) }
)

const variables = fc.dictionary(fc.constantFrom("A", "B", "AB", "PATH"), texts, { maxKeys: 3 })

const isSet = fc.constantFrom(0 as const, 1 as const)
const owner = { mode: fc.constantFrom(0o400, 0o755), uid: fc.constantFrom(0, 7), gid: fc.constantFrom(0, 7) }
const mountOrigins = fc.oneof(
  digests.map((files) => ({ files })),
  digests.map((content) => ({ content })),
  fc.record({ tree: parents, source: texts })
)

/** Of every kind; a neighbour differs in what is mounted, where, from what, or how. */
const mounts: fc.Arbitrary<MountFacts> = fc.oneof(
  fc.record({ type: fc.constant("bind" as const), target: texts, readOnly: isSet, origin: mountOrigins }),
  fc.record({
    type: fc.constant("cache" as const),
    target: texts,
    readOnly: isSet,
    id: texts,
    origin: fc.oneof(fc.constant("nothing" as const), mountOrigins),
    ...owner
  }),
  fc.record({ type: fc.constant("tmpfs" as const), target: texts, size: fc.constantFrom(0, 1024) }),
  fc.record({
    type: fc.constantFrom("secret" as const, "ssh" as const),
    target: texts,
    id: texts,
    env: texts,
    required: isSet,
    ...owner
  })
)

/** Few values a field, so that two fields often have the same one. */
export const runFacts: fc.Arbitrary<RunFacts> = fc.record({
  format: fc.constant("gantry.run.1" as const),
  parent: grounds,
  epoch: fc.constantFrom("", "0", "1"),
  argv: fc.array(texts, { minLength: 1, maxLength: 3 }),
  env: variables,
  args: variables,
  cwd: texts,
  user: texts,
  network: fc.constantFrom("default", "none", "host"),
  files: fc.array(fc.tuple(texts, texts), { maxLength: 2 }),
  mounts: fc.array(mounts, { maxLength: 2 }),
  options: variables
})

const copyFacts: fc.Arbitrary<CopyFacts> = fc.record({
  format: fc.constant("gantry.copy.1" as const),
  parent: grounds,
  epoch: fc.constantFrom("", "0"),
  origin: fc.oneof(
    digests.map((files) => ({ files })),
    digests.map((content) => ({ content })),
    fc.record({
      tree: parents,
      sources: fc.array(texts, { maxLength: 3 }),
      exclude: fc.array(texts, { maxLength: 2 }),
      parents: fc.constantFrom(0, 1)
    })
  ),
  inline: fc.array(fc.tuple(texts, texts), { maxLength: 2 }),
  dest: texts,
  chown: texts,
  chmod: texts,
  archives: fc.constantFrom("keep" as const, "unpack" as const)
})

/** Facts of every kind of step. */
export const stepFacts: fc.Arbitrary<StepFacts> = fc.oneof(
  runFacts,
  copyFacts,
  fc.record({
    format: fc.constant("gantry.workdir.1" as const),
    parent: grounds,
    epoch: fc.constant(""),
    path: texts,
    user: texts
  }),
  fc.record({
    format: fc.constant("gantry.config.1" as const),
    parent: grounds,
    instruction: fc.constantFrom("ENV", "LABEL", "CMD"),
    change: canonicals
  })
)

/** All values that differ from one in a single place: a letter, a boundary, an order, a name, a thing more or less. */
export const neighbours = (value: Canonical): ReadonlyArray<Canonical> => {
  if (typeof value === "string") return [`${value}0`, ...(value === "" ? [] : [[...value].slice(0, -1).join("")])]
  if (typeof value === "number") return [value === Number.MAX_SAFE_INTEGER ? 0 : value + 1]
  if (isList(value)) {
    return [
      [...value, ""],
      ...value.flatMap((each, at) => neighbours(each).map((other) => value.with(at, other))),
      ...value.map((_, at) => value.toSpliced(at, 1)),
      ...value
        .slice(1)
        .flatMap((each, at) => pairs(value[at] ?? "", each).map((pair) => value.toSpliced(at, 2, ...pair)))
    ]
  }
  const fields = Object.entries(value)
  return [
    ...fields.flatMap(([name, field]) => neighbours(field).map((other) => ({ ...value, [name]: other }))),
    ...fields.map(([name]) => Object.fromEntries(fields.filter(([each]) => each !== name))),
    ...fields.map(([name, field]) =>
      Object.fromEntries([...fields.filter(([each]) => each !== name), [`${name}0`, field]])
    )
  ]
}

/** Two things next to each other: swapped, with the boundary between them moved, and with a blank in its place. */
const pairs = (a: Canonical, b: Canonical): ReadonlyArray<ReadonlyArray<Canonical>> => [
  [b, a],
  [[a, b]],
  ...(typeof a === "string" && typeof b === "string"
    ? [[a + b], [`${a} ${b}`], [`${a}${[...b].slice(0, 1).join("")}`, [...b].slice(1).join("")]]
    : [])
]

const isList = (value: Canonical): value is ReadonlyArray<Canonical> => Array.isArray(value)

/** All facts that differ from some in one place, of the same kind. */
export const nearFacts = (facts: StepFacts): ReadonlyArray<StepFacts> => {
  const { format, ...rest } = facts
  // Facts are plain data, and so are their neighbours. Those that lost a field altogether are no facts.
  const near = neighbours(rest as unknown as Canonical)
    .filter((other) => Object.keys(rest).every((name) => Object.hasOwn(Object(other), name)))
    .map((other) => Object.assign({ format }, other) as unknown as StepFacts)
  return facts.format === "gantry.run.1" ? [...near, ...moved(facts)] : near
}

/** A variable that is an ENV in one and an ARG in the other. */
const moved = (facts: RunFacts): ReadonlyArray<RunFacts> =>
  Object.entries(facts.args).map(([name, value]) => {
    const { [name]: _, ...args } = facts.args
    return { ...facts, args, env: { ...facts.env, [name]: value } }
  })
