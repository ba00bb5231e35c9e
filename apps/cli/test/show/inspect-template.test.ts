import { describe, expect, it } from "vitest"
import { forTemplates } from "../../src/show/inspect-template.ts"
import { render } from "../../src/show/template.ts"

const container = {
  State: { Status: "created" },
  Config: { Cmd: ["sh"], Entrypoint: null, Volumes: null, Labels: { b: "2", a: "1" } },
  HostConfig: { CapAdd: null },
  NetworkSettings: { Ports: { "80/tcp": null }, Networks: { bridge: { Aliases: null } } }
}

describe("an object of inspect in a template", () => {
  it.each([
    ["{{.Config.Entrypoint}} {{.Config.Volumes}} {{.HostConfig.CapAdd}}", "[] map[] []"],
    ["{{json .Config.Entrypoint}} {{json .Config.Volumes}}", "null null"],
    ["{{len .Config.Entrypoint}}{{range .Config.Volumes}}x{{else}} none{{end}}", "0 none"],
    ["{{json .Config.Labels}} {{.Config.Labels.c}}", '{"a":"1","b":"2"} <no value>'],
    ["{{range $port, $at := .NetworkSettings.Ports}}{{$port}} {{len $at}}{{end}}", "80/tcp 0"],
    ["{{range .NetworkSettings.Networks}}{{.Aliases}}{{end}}", "[]"],
    // What it might have had.
    ["{{if .State.Health}}{{.State.Health.Status}}{{else}}none{{end}} {{.Config.Healthcheck}}", "none <nil>"],
    ["{{json .State}} {{.Config.ExposedPorts}}", '{"Status":"created"} map[]']
  ])("%s", (template, text) => {
    expect(render(template, forTemplates(container))).toEqual({ ok: true, value: text })
  })

  it("has all fields of an image that an image can have", () => {
    const image = forTemplates({ Id: "sha256:1", Config: { Cmd: ["sh"] }, RootFS: { Layers: [] } })
    const text =
      "{{.Variant}}{{.OsVersion}}{{.DockerVersion}}{{.Created}}{{.Config.StopSignal}}|{{.Config.ArgsEscaped}}"
    expect(render(text, image)).toEqual({ ok: true, value: "|false" })
    expect(render("{{json .}}", image)).toMatchObject({ value: expect.not.stringContaining("Variant") })
    expect(render("{{.Variant}}", forTemplates(container)).ok).toBe(false)
  })

  it("refuses what it cannot have", () => {
    expect(render("{{.State.Nope}}", forTemplates(container)).ok).toBe(false)
    expect(render("{{.State.Health.Status}}", forTemplates(container)).ok).toBe(false)
  })
})
