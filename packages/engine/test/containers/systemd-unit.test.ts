import { describe, expect, it } from "vitest"
import { systemdUnit } from "../../src/containers/systemd-unit.ts"

describe("a unit for systemd", () => {
  it("starts and stops one container, and waits longer than its grace time", () => {
    const text = systemdUnit({ command: ["/opt/gantry"], container: { name: "site", stopTimeout: 10 }, user: false })
    expect(text).toContain("\nExecStart=/opt/gantry start site\nExecStop=/opt/gantry stop site\nTimeoutStopSec=40\n")
    expect(text).toContain("\nWantedBy=multi-user.target\n")
    const patient = systemdUnit({ command: ["/g"], container: { name: "site", stopTimeout: -1 }, user: true })
    expect(patient).toContain("\nTimeoutStopSec=infinity\n")
    expect(patient).toContain("\nWantedBy=default.target\n")
    expect(patient).not.toContain("network-online")
  })

  it("starts all that should run", () => {
    const text = systemdUnit({ command: ["/g", "--root", "/a b/100%$x"], user: false })
    expect(text).toContain('\nExecStart=/g --root "/a b/100%%$$x" system reconcile --start\n')
    expect(text).not.toContain("ExecStop")
  })
})
