import type { TreeChange, TreeEntry } from "@gantry/core/tree/TreeEntry"
import { describe, expect, it } from "vitest"
import { compareLayers, type LayerChanges } from "../../src/images/layer-changes.ts"

const meta = { mode: 0o644, uid: 0, gid: 0, mtimeNs: 0n }
const file = (path: string, size: number): TreeEntry => ({
  ...meta,
  type: "file",
  path,
  size,
  content: { from: "bytes", bytes: new Uint8Array(size) }
})
const directory = (path: string, mode = 0o755): TreeEntry => ({ ...meta, mode, type: "directory", path })
const link = (path: string, target: string): TreeEntry => ({ ...meta, type: "hardlink", path, target })
const gone = (path: string): TreeChange => ({ type: "removed", path })
const opaque = (path: string): TreeChange => ({ type: "opaque", path })

const spelled = ({ added, bytes, changed, removed, wasted }: LayerChanges) =>
  [
    ...added.map(({ path }) => `A ${path}`),
    ...changed.map(({ path }) => `C ${path}`),
    ...removed.map(({ path, size }) => `D ${path} ${size}`),
    `${bytes} bytes, ${wasted} wasted`
  ] as const

describe("compareLayers", () => {
  const cases: ReadonlyArray<
    readonly [string, ReadonlyArray<ReadonlyArray<TreeChange>>, ReadonlyArray<ReadonlyArray<string>>]
  > = [
    [
      "counts what a higher layer overwrites to the layer that has it",
      [[file("a", 10), file("b", 5)], [file("a", 3)], [gone("a")]],
      [
        ["A a", "A b", "15 bytes, 10 wasted"],
        ["C a", "3 bytes, 3 wasted"],
        ["D a 3", "0 bytes, 0 wasted"]
      ]
    ],
    [
      "takes a directory with all that is in it, and leaves names beside it alone",
      [[directory("d"), file("d/x", 1), directory("d/e"), file("d/e/y", 2), file("d-x", 4)], [gone("d")]],
      [
        ["A d", "A d/x", "A d/e", "A d/e/y", "A d-x", "7 bytes, 3 wasted"],
        ["D d 0", "D d/e 0", "D d/e/y 2", "D d/x 1", "0 bytes, 0 wasted"]
      ]
    ],
    [
      "does not count a directory that something in it changed, but one that changed itself",
      [
        [directory("d"), directory("e")],
        [directory("d"), file("d/x", 1), directory("e", 0o700)]
      ],
      [
        ["A d", "A e", "0 bytes, 0 wasted"],
        ["A d/x", "C e", "1 bytes, 0 wasted"]
      ]
    ],
    [
      "wastes nothing while another name of the file is left",
      [[file("a", 8), link("b", "a")], [gone("a")], [gone("b")]],
      [
        ["A a", "A b", "8 bytes, 8 wasted"],
        ["D a 8", "0 bytes, 0 wasted"],
        ["D b 8", "0 bytes, 0 wasted"]
      ]
    ],
    [
      "takes what an opaque directory hides for removed, and what comes back for changed",
      [
        [directory("d"), file("d/x", 1), file("d/y", 2)],
        [directory("d"), opaque("d"), file("d/x", 4)]
      ],
      [
        ["A d", "A d/x", "A d/y", "3 bytes, 3 wasted"],
        ["C d/x", "D d/y 2", "4 bytes, 0 wasted"]
      ]
    ],
    [
      "a file where a directory was takes all that was in it away",
      [[directory("d"), file("d/x", 1)], [file("d", 2)]],
      [
        ["A d", "A d/x", "1 bytes, 1 wasted"],
        ["C d", "D d/x 1", "2 bytes, 0 wasted"]
      ]
    ]
  ]
  it.each(cases)("%s", (_, stack, expected) => expect(compareLayers(stack).map(spelled)).toEqual(expected))

  it("the content that can be seen is what is not wasted", () => {
    const stack = [
      [file("a", 10), link("b", "a")],
      [gone("a"), file("c", 5)],
      [file("b", 7), opaque("")],
      [file("z", 1)]
    ]
    const layers = compareLayers(stack)
    const bytes = layers.reduce((sum, layer) => sum + layer.bytes, 0)
    const wasted = layers.reduce((sum, layer) => sum + layer.wasted, 0)
    expect(bytes - wasted).toBe(7 + 1)
  })
})
