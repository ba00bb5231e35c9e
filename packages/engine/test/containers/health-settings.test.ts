import { describe, expect, it } from "vitest"
import { healthSettings } from "../../src/containers/health-settings.ts"

const image = { Healthcheck: { Test: ["CMD", "true"], Interval: 5e9, Retries: 7 } }

describe("health settings", () => {
  it("are the image's, with Docker's numbers for what it leaves open", () => {
    expect(healthSettings(image)).toEqual({
      test: ["CMD", "true"],
      shell: ["/bin/sh", "-c"],
      interval: 5000,
      timeout: 30_000,
      startPeriod: 0,
      startInterval: 5000,
      retries: 7,
      onFailure: "none"
    })
  })

  it("take each wish in place of what the image says", () => {
    const wish = { none: false, test: ["CMD-SHELL", "curl"], retries: 1, onFailure: "kill" } as const
    expect(healthSettings({ ...image, Shell: ["/bin/ash"] }, wish)).toMatchObject({
      test: ["CMD-SHELL", "curl"],
      shell: ["/bin/ash"],
      interval: 5000,
      retries: 1,
      onFailure: "kill"
    })
  })

  it("are none without a command, and when they are switched off", () => {
    expect(healthSettings({})).toBeUndefined()
    expect(healthSettings({}, { none: false, retries: 1 })).toBeUndefined()
    expect(healthSettings({ Healthcheck: { Test: ["NONE"] } })).toBeUndefined()
    expect(healthSettings(image, { none: true })).toBeUndefined()
  })
})
