import { type ContainerSpec, plainSpec } from "@gantry/core/runtime/ContainerSpec"
import { describe, expect, it } from "vitest"
import { holdSecrets } from "../../src/supervisor/held-secrets.ts"
import { reveal, withhold } from "../../src/supervisor/withhold.ts"

const secretFile = { type: "file", secret: true, target: "/k", content: "a2V5", mode: 0o400, uid: 0, gid: 0 } as const
const openFile = { type: "file", target: "/o", content: "b3Blbg==", mode: 0o644, uid: 0, gid: 0 } as const

const spec: ContainerSpec = {
  ...plainSpec(
    "f".repeat(64),
    { type: "directory", path: "/r" },
    {
      argv: ["env"],
      env: ["PLAIN=seen", "TOKEN=a=b"]
    }
  ),
  secretVariables: ["TOKEN"],
  mounts: [secretFile, openFile]
}

const planOf = (config: unknown) => ({ argv: [], env: {}, config })

describe("withholding secrets", () => {
  it("takes them and nothing else out of what is written down, and puts them back into a plan", () => {
    const { spec: shown, texts, withheld } = withhold(spec)
    const written = JSON.stringify(shown)
    expect(written).not.toMatch(/a=b|a2V5/)
    expect(written).toContain("PLAIN=seen")
    expect(written).toContain(openFile.content)
    expect(withheld.map(({ variable }) => variable)).toEqual(["TOKEN", undefined])
    expect(reveal(planOf({ deep: [shown] }), texts).config).toEqual({ deep: [spec] })
  })

  it("changes nothing of a container without any", () => {
    const bare = { ...spec, secretVariables: [], mounts: [openFile] }
    const { spec: shown, withheld } = withhold(bare)
    expect(shown).toBe(bare)
    expect(withheld).toEqual([])
  })

  it("waits for the last of them, and gives no plan when the starter has gone before", async () => {
    const { spec: shown, texts, withheld } = withhold(spec)
    const [first, second] = [...texts]
    const held = holdSecrets(withheld)
    const plan = held.reveal(planOf(shown))
    expect(held.take(...(first ?? ["", ""]))).toBe(false)
    expect(held.take(...(second ?? ["", ""]))).toBe(true)
    expect((await plan)?.config).toEqual(spec)
    const deserted = holdSecrets(withheld)
    deserted.take(...(first ?? ["", ""]))
    deserted.close()
    expect(await deserted.reveal(planOf(shown))).toBeUndefined()
  })
})
