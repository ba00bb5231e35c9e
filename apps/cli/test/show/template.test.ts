import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { compile, formatListing, render, withMaps, type Listing } from "../../src/show/template.ts"

const data = withMaps(
  {
    Id: "abc",
    Name: "/web",
    Size: 7,
    State: { Running: true, Pid: 42, Error: null },
    Args: ["a", "b"],
    Config: { Labels: { role: "web", stage: "prod" }, Env: ["A=1", "B=2"] },
    Empty: { List: [], Labels: {} },
    Ports: { "80/tcp": [{ HostIp: "127.0.0.1", HostPort: "8080" }] }
  },
  new Set(["Labels", "Ports"])
)

describe("templates", () => {
  it.each([
    ["plain", "plain"],
    ["{{.Id}}", "abc"],
    ["{{ .State.Pid }}", "42"],
    ["{{.State.Running}}", "true"],
    ["{{.State.Error}}", "<nil>"],
    ["{{.Args}}", "[a b]"],
    ["{{.Config.Labels}}", "map[role:web stage:prod]"],
    ["{{.Config.Labels.role}}", "web"],
    ["{{.Config.Labels.missing}}", "<no value>"],
    ['{{index .Config.Labels "role"}}', "web"],
    ['{{index .Config.Labels "missing"}}', ""],
    ["{{index .Args 1}}", "b"],
    ['{{(index (index .Ports "80/tcp") 0).HostPort}}', "8080"],
    ["{{json .Args}}", '["a","b"]'],
    ["{{json .Config.Labels}}", '{"role":"web","stage":"prod"}'],
    ["{{.Args | json}}", '["a","b"]'],
    ['{{join .Args ", "}}', "a, b"],
    ['{{split "x:y" ":" | json}}', '["x","y"]'],
    ["{{upper .Id}}{{lower `ABC`}}{{title `web app`}}", "ABCabcWeb App"],
    ["[{{pad .Id 1 2}}][{{pad `` 1 2}}]", "[ abc  ][]"],
    ["{{truncate .Id 2}}", "ab"],
    ["{{println .Id 1}}|", "abc 1\n|"],
    ["{{print 1 2 `a` 3}}", "1 2a3"],
    [
      '{{printf "%s %d %5.1f|%-5s|%05d|%q|%v|%t|%x%%" .Id 3 1.25 "x" -42 "q" .Args true "hi"}}',
      'abc 3   1.3|x    |-0042|"q"|[a b]|true|6869%'
    ],
    ["{{len .Args}} {{len `é`}} {{len .Config.Labels}}", "2 2 2"],
    ["{{if .State.Running}}up{{else}}down{{end}}", "up"],
    ["{{if .Empty.List}}a{{else if .Empty.Labels}}b{{else}}c{{end}}", "c"],
    ["{{if and .Id (not .State.Error)}}yes{{end}}", "yes"],
    ["{{if or .Empty.List .Args}}yes{{end}}", "yes"],
    [
      "{{eq .Size 7}} {{ne .Id `x`}} {{lt .Size 8}} {{gt .Size 8}} {{le 7 7}} {{ge 1 2}}",
      "true true true false true false"
    ],
    ["{{eq .Size 1 2 7}}", "true"],
    ["{{range .Args}}<{{.}}>{{end}}", "<a><b>"],
    ["{{range $i, $e := .Args}}{{$i}}={{$e}};{{end}}", "0=a;1=b;"],
    ["{{range $k, $v := .Config.Labels}}{{$k}}={{$v}};{{end}}", "role=web;stage=prod;"],
    ["{{range $p, $b := .Ports}}{{$p}} -> {{(index $b 0).HostPort}}{{end}}", "80/tcp -> 8080"],
    ["{{range .Empty.List}}x{{else}}none{{end}}", "none"],
    ["{{range .Args}}{{if eq . `b`}}{{break}}{{end}}{{.}}{{end}}", "a"],
    ["{{range .Args}}{{if eq . `a`}}{{continue}}{{end}}{{.}}{{end}}", "b"],
    ["{{with .State}}{{.Pid}} {{$.Id}}{{end}}", "42 abc"],
    ["{{with .Empty.List}}x{{else}}y{{end}}", "y"],
    ["{{$x := .Id}}{{$x}}{{$x = `new`}}{{$x}}", "abcnew"],
    ["{{$n := ``}}{{range .Args}}{{$n = .}}{{end}}{{$n}}", "b"],
    ["a  {{- .Id -}}  b", "aabcb"],
    ["a {{/* nothing */}} b{{- /* nothing */ -}} c", "a  bc"],
    ['{{"a\\tb\\u0021\\x21"}}', "a\tb!!"],
    ["{{'a'}} {{0x10}} {{1e3}} {{true}}", "97 16 1000 true"],
    ["{{slice .Id 1 2}}", "b"],
    ["{{.State.Running | not | printf `%t`}}", "false"]
  ])("turn %s into %j", (template, text) => {
    expect(render(template, data)).toEqual({ ok: true, value: text })
  })

  it.each([
    ["{{.Nope}}", "can't evaluate field Nope in .Nope"],
    ["{{.State.Nope}}", "can't evaluate field Nope in .State.Nope"],
    ["{{.State.Error.More}}", "nil pointer evaluating .State.Error.More"],
    ["{{nope .Id}}", 'function "nope" not defined'],
    ["{{$x}}", 'undefined variable "$x"'],
    ["{{index .Args 9}}", "index out of range"],
    ["{{lt .Id 1}}", "incompatible types for comparison"],
    ["{{eq .Args .Args}}", "incompatible types for comparison"],
    ["{{.Id 5}}", "has arguments but cannot be invoked"],
    ["{{range .Id}}{{end}}", "range can't iterate over abc"],
    ["{{.Id", "unclosed action"],
    ["{{if .Id}}x", "without {{end}}"],
    ["{{end}}", "unexpected {{end}}"],
    ["{{}}", "missing value for command"],
    ["{{.Id | }}", "missing value for command"],
    ["{{(.Id}}", "unclosed left parenthesis"],
    ['{{"\\q"}}', "malformed text"],
    ["{{template `x`}}", "not supported"],
    ["{{.Id := 1}}", "only variables can be assigned to"]
  ])("refuse %s", (template, part) => {
    const result = render(template, data)
    expect(result.ok ? `accepted: ${result.value}` : result.problem).toContain(part)
  })

  it("never reach what a record inherits", () => {
    expect(render("{{.constructor}}", data).ok).toBe(false)
    expect(render("{{.Config.Labels.toString}}", data)).toEqual({ ok: true, value: "<no value>" })
  })

  it("leave text without braces alone", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        fc.pre(!text.includes("{{"))
        expect(render(text, {})).toEqual({ ok: true, value: text })
      })
    )
  })

  it("answer whatever is written, without throwing", () => {
    const part = fc.constantFrom(
      ..."{{ }} {{- -}} .Id .Nope $ $x := = | ( ) , if range with else end and or not eq json index len 1 . nil".split(
        " "
      ),
      '"a"',
      " "
    )
    fc.assert(
      fc.property(fc.array(part, { maxLength: 14 }), (parts) => {
        expect(typeof render(parts.join(" "), data).ok).toBe("boolean")
      }),
      { numRuns: 500 }
    )
  })

  it("can be read once and run often", () => {
    const template = compile("{{.}}!")
    expect(template.ok ? [template.value(1), template.value("x")] : template).toEqual([
      { ok: true, value: "1!" },
      { ok: true, value: "x!" }
    ])
  })
})

describe("--format of a listing", () => {
  const labels: Readonly<Record<string, string>> = { "com.example.role": "db" }
  const listing: Listing = {
    rows: [
      { ID: "1", Names: "web", Command: '"a > b"', Label: () => "" },
      { ID: "2", Names: "a-long-database", Command: '"x"', Label: (name = "") => labels[name] ?? "" }
    ],
    headers: { ID: "CONTAINER ID", Names: "NAMES", Command: "COMMAND", Label: "LABEL" },
    columns: ["ID", "Names"]
  }

  it.each([
    [undefined, "CONTAINER ID   NAMES\n1              web\n2              a-long-database\n"],
    ["table", "CONTAINER ID   NAMES\n1              web\n2              a-long-database\n"],
    ["{{.Names}}", "web\na-long-database\n"],
    ["{{.ID}}\\t{{.Names}}", "1\tweb\n2\ta-long-database\n"],
    ["table {{.Names}}\\t{{.ID}}", "NAMES             CONTAINER ID\nweb               1\na-long-database   2\n"],
    [
      'table {{upper .Names}}\t{{.Label "com.example.role"}}',
      "NAMES             role\nWEB               \nA-LONG-DATABASE   db\n"
    ],
    [
      "json",
      '{"Command":"\\"a \\u003e b\\"","ID":"1","Names":"web"}\n{"Command":"\\"x\\"","ID":"2","Names":"a-long-database"}\n'
    ],
    ["{{json .Names}}", '"web"\n"a-long-database"\n'],
    ["{{json .Command}}", '"\\"a > b\\""\n"\\"x\\""\n']
  ])("%s", (format, text) => {
    expect(formatListing(format, listing)).toEqual({ ok: true, value: text })
  })

  it("prints a row as JSON by template as by name", () => {
    expect(formatListing("{{json .}}", listing)).toEqual(formatListing("json", listing))
  })

  it("prints one list for jsonarray", () => {
    const result = formatListing("jsonarray", listing)
    expect(result.ok ? (JSON.parse(result.value) as Array<{ ID: string }>).map(({ ID }) => ID) : []).toEqual(["1", "2"])
  })

  it("prints one field for -q unless a template says otherwise", () => {
    expect(formatListing(undefined, { ...listing, only: "ID" })).toEqual({ ok: true, value: "1\n2\n" })
    expect(formatListing("{{.Names}}", { ...listing, only: "ID" })).toMatchObject({ value: "web\na-long-database\n" })
  })

  it("prints nothing but the header of nothing", () => {
    expect(formatListing(undefined, { ...listing, rows: [] })).toEqual({ ok: true, value: "CONTAINER ID   NAMES\n" })
    expect(formatListing("json", { ...listing, rows: [] })).toEqual({ ok: true, value: "" })
  })

  it("refuses a field that rows do not have", () => {
    expect(formatListing("{{.Nope}}", listing).ok).toBe(false)
    expect(formatListing("table {{.Nope}}", { ...listing, rows: [] }).ok).toBe(false)
  })
})
