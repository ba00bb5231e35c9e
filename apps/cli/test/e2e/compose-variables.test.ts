import { describe, expect, it } from "vitest"
import { useGantry } from "./host/gantry.ts"
import { projectIn } from "./host/project.ts"

describe("variables of services", () => {
  const gantry = useGantry()

  it("are taken away that have no value and that the caller does not have, also those of the image", async () => {
    const shop = projectIn(
      gantry,
      `
services:
  web:
    build: { dockerfile_inline: "FROM base\\nENV GONE=image OF_FILE=image KEPT=image\\n" }
    env_file: vars.env
    environment: [GONE, OF_FILE, OWN]
    command: env
`,
      { "vars.env": "OF_FILE=file\nOWN=file\n", ".env": "OWN=project\n" }
    )
    const printed = (await shop.ok("run", "--rm", "-T", "web")).split("\n")
    expect(printed.filter((line) => /^(GONE|OF_FILE|KEPT|OWN)=/.test(line)).toSorted()).toEqual([
      "KEPT=image",
      "OWN=project"
    ])
    expect(await shop.ok("config")).toContain("      GONE: null\n      OF_FILE: null\n      OWN: project\n")
    await shop.ok("down", "--rmi", "local")
  })
})
