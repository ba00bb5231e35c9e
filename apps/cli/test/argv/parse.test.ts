import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { Command } from "../../src/argv/Command.ts"
import type { OptionTable } from "../../src/argv/Option.ts"
import { parse, type Parsed } from "../../src/argv/parse.ts"
import { sentence } from "../../src/argv/Problem.ts"
import { build } from "../../src/argv/tables/build.ts"
import { attach, exec, logs, rm, stop } from "../../src/argv/tables/lifecycle.ts"
import { ps } from "../../src/argv/tables/listing.ts"
import { run } from "../../src/argv/tables/run.ts"

const read = <Table extends OptionTable>(command: Command<Table>, args: ReadonlyArray<string>): Parsed<Table> => {
  const result = parse(command, command.paths[0], args)
  if (!result.ok) throw new Error(sentence(result.problem))
  return result.value
}

const refused = (command: Command, args: ReadonlyArray<string>): string => {
  const result = parse(command, command.paths[0], args)
  if (result.ok) throw new Error(`accepted ${args.join(" ")}`)
  return sentence(result.problem)
}

const words = (line: string): ReadonlyArray<string> => line.split(" ")

describe("docker run's ways of writing options", () => {
  const cases: ReadonlyArray<readonly [string, Partial<Parsed<typeof run.options>["options"]>, string]> = [
    ["alpine", {}, "alpine"],
    ["--rm alpine echo hi", { rm: true }, "alpine echo hi"],
    ["--name web alpine", { name: "web" }, "alpine"],
    ["--name=web alpine", { name: "web" }, "alpine"],
    ["-it alpine sh", { interactive: true, tty: true }, "alpine sh"],
    ["-itd alpine", { interactive: true, tty: true, detach: true }, "alpine"],
    ["-p 80:80 alpine", { publish: ["80:80"] }, "alpine"],
    ["-p80:80 alpine", { publish: ["80:80"] }, "alpine"],
    ["-p=80:80 alpine", { publish: ["80:80"] }, "alpine"],
    ["-itdp 80:80 alpine", { interactive: true, tty: true, detach: true, publish: ["80:80"] }, "alpine"],
    ["-itp80:80 alpine", { interactive: true, tty: true, publish: ["80:80"] }, "alpine"],
    ["--env=A=1 --env B=2 alpine", { env: ["A=1", "B=2"] }, "alpine"],
    ["-e=A=1 alpine", { env: ["A=1"] }, "alpine"],
    ["-e -x alpine", { env: ["-x"] }, "alpine"],
    ["--entrypoint --help alpine", { entrypoint: "--help" }, "alpine"],
    ["--rm=false alpine", { rm: false }, "alpine"],
    ["--name a --name b alpine", { name: "b" }, "alpine"],
    ["alpine ls -p 5", { publish: [] }, "alpine ls -p 5"],
    ["alpine --version", {}, "alpine --version"],
    ["alpine sh --log-level debug", {}, "alpine sh --log-level debug"],
    ["--rm -- alpine -t", { rm: true, tty: false }, "alpine -t"]
  ]
  it.each(cases)("reads run %s", (line, options, operands) => {
    const parsed = read(run, words(line))
    expect(parsed.options).toMatchObject(options)
    expect(parsed.operands).toEqual(words(operands))
  })

  it("refuses what should be a pair and is none, as --filter, as a wrong value", () => {
    expect(refused(ps, ["-f", "running"])).toBe(
      `invalid argument "running" for "-f, --filter" flag: bad format of filter (expected name=value)`
    )
    expect(read(ps, ["--filter", "label=a=b"]).options.filter).toEqual(["label=a=b"])
  })

  it("refuses an unknown option and names the one that was meant", () => {
    expect(refused(run, ["--nmae", "x", "alpine"])).toBe("unknown flag: --nmae (did you mean --name?)")
    expect(refused(run, ["-itz", "alpine"])).toBe("unknown shorthand flag: 'z' in -z")
    expect(refused(run, ["-nmae", "web", "alpine"])).toBe("unknown shorthand flag: 'n' in -nmae (did you mean --name?)")
    expect(refused(run, ["-name", "web", "alpine"])).toBe("unknown shorthand flag: 'n' in -name (did you mean --name?)")
  })
})

describe("the rules around values", () => {
  it("says which option lacks its value", () => {
    expect(refused(run, ["--name"])).toBe("flag needs an argument: --name")
    expect(refused(run, ["-p"])).toBe("flag needs an argument: 'p' in -p")
    expect(refused(run, ["-itp"])).toBe("flag needs an argument: 'p' in -itp")
  })

  it.each(["1", "t", "T", "true", "TRUE", "True"])("takes %s for true", (word) => {
    expect(read(run, [`--rm=${word}`, "a"]).options.rm).toBe(true)
  })

  it.each(["0", "f", "F", "false", "FALSE", "False"])("takes %s for false", (word) => {
    expect(read(run, ["--rm", `--rm=${word}`, "a"]).options.rm).toBe(false)
    expect(read(run, [`--sig-proxy=${word}`, "a"]).options.sigProxy).toBe(false)
  })

  it("refuses a switch that is neither, with both spellings of its name", () => {
    expect(refused(run, ["--rm=yes", "a"])).toBe(
      'invalid argument "yes" for "--rm" flag: "yes" is neither true nor false'
    )
    expect(refused(run, ["-d=maybe", "a"])).toContain('for "-d, --detach" flag')
  })

  it("reads integers and refuses everything else", () => {
    expect(read(stop, ["-t", "-1", "a"]).options.timeout).toBe(-1)
    expect(read(stop, ["--time", "5", "a"]).options.timeout).toBe(5)
    expect(refused(stop, ["-t", "5s", "a"])).toContain('"5s" is not an integer')
    expect(refused(stop, ["-t", "99999999999999999999", "a"])).toContain("is not an integer")
  })

  it("tells an empty value from none", () => {
    expect(read(run, ["--entrypoint", "", "a"]).options.entrypoint).toBe("")
    expect(read(run, ["a"]).options.entrypoint).toBeUndefined()
    expect(read(run, ["--entrypoint=", "a"]).options.entrypoint).toBe("")
  })

  it("gives a value to a bare option only after an equals sign", () => {
    expect(read(build, ["--pull", "."]).options.pull).toBe("always")
    expect(read(build, ["--pull=never", "."]).options.pull).toBe("never")
    expect(read(build, ["."]).options.pull).toBeUndefined()
  })

  it("keeps a lone equals sign after a letter, as pflag does", () => {
    expect(read(run, ["-w=", "a"]).options.workdir).toBe("=")
  })

  it("refuses dashes without a name", () => {
    expect(refused(run, ["--=x", "a"])).toBe("bad flag syntax: --=x")
    expect(refused(run, ["---x", "a"])).toBe("bad flag syntax: ---x")
  })

  it("takes a single dash for an operand", () => {
    expect(read(build, ["-t", "app", "-"]).operands).toEqual(["-"])
  })
})

describe("where options end", () => {
  it("at the first operand of run and exec", () => {
    expect(read(exec, ["-it", "web", "sh", "-c", "ls -t"]).operands).toEqual(["web", "sh", "-c", "ls -t"])
  })

  it("nowhere before -- in other commands", () => {
    const parsed = read(rm, ["a", "-f", "b", "--", "-v"])
    expect(parsed.operands).toEqual(["a", "b", "-v"])
    expect(parsed.options).toEqual({ force: true, volumes: false, link: false })
    expect(read(logs, ["web", "-f", "-n", "5"]).options).toMatchObject({ follow: true, tail: "5" })
  })

  it("and whatever follows the image is left alone", () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.string(), fc.constantFrom("--", "-p", "--rm", "--help", "--nmae", "-", ""))),
        (rest) => {
          expect(read(run, ["--rm", "-p", "80", "alpine", ...rest]).operands).toEqual(["alpine", ...rest])
          expect(read(run, ["--", "-alpine", ...rest]).operands).toEqual(["-alpine", ...rest])
        }
      )
    )
  })

  it("and the three ways to give a value mean the same", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (value) => {
        const spaced = read(run, ["--volume", value, "a"]).options.volume
        expect(spaced).toEqual([value])
        expect(read(run, [`--volume=${value}`, "a"]).options.volume).toEqual(spaced)
        expect(read(run, ["-v", value, "a"]).options.volume).toEqual(spaced)
        expect(read(run, [`-v=${value}`, "a"]).options.volume).toEqual(spaced)
        fc.pre(!value.startsWith("=") || value.length === 1)
        expect(read(run, [`-v${value}`, "a"]).options.volume).toEqual(spaced)
      })
    )
  })

  it("and nothing that can be typed makes the parser throw", () => {
    const word = fc.oneof(
      fc.string(),
      fc.constantFrom("--", "-", "-it", "-p=", "--rm=", "--=", "--name", "-vp", "-h", "--help", "--restart=no")
    )
    fc.assert(
      fc.property(fc.array(word), (args) => {
        const result = parse(run, ["run"], args)
        expect(
          result.ok ? result.value.operands.length + (result.value.help ? 1 : 0) : sentence(result.problem)
        ).toBeTruthy()
      })
    )
  })
})

describe("operands are counted", () => {
  it("with messages that name the command as it was called", () => {
    expect(refused(rm, [])).toBe('"gantry rm" requires at least 1 argument.')
    expect(refused(exec, ["web"])).toBe('"gantry exec" requires at least 2 arguments.')
    expect(refused(ps, ["x"])).toBe('"gantry ps" accepts no arguments.')
    expect(refused(attach, ["a", "b"])).toBe('"gantry attach" requires exactly 1 argument.')
    const called = parse(rm, ["container", "rm"], [])
    expect(called.ok ? "" : sentence(called.problem)).toBe('"gantry container rm" requires at least 1 argument.')
  })

  it("unless help was asked for", () => {
    expect(read(rm, ["--help"]).help).toBe(true)
    expect(read(rm, ["-h"]).help).toBe(true)
    expect(read(run, ["-h", "box", "alpine"])).toMatchObject({ help: false, options: { hostname: "box" } })
  })
})

describe("options without effect", () => {
  it("are reported once when the engine cannot honour them", () => {
    const parsed = read(run, ["--link", "web", "--link=db", "--gpus", "all", "a"])
    expect(parsed.unsupported).toEqual(["--link", "--gpus"])
  })

  it("are fine when they ask for what happens anyway", () => {
    expect(read(run, ["--restart=no", "--oom-kill-disable=false", "--ipc", "private", "a"]).unsupported).toEqual([])
    expect(read(run, ["--volume-driver", "nfs", "a"]).unsupported).toEqual(["--volume-driver"])
  })

  it("are accepted with a notice when they are of the past", () => {
    const parsed = read(build, ["--force-rm", "--load", "."])
    expect(parsed.notices).toEqual(["--force-rm has no effect: it belongs to the builder that Docker has retired"])
    expect(parsed.unsupported).toEqual([])
  })

  it("and those that were written are known", () => {
    expect([...read(run, ["--rm=false", "--net", "host", "a"]).given]).toEqual(["rm", "network"])
  })
})
