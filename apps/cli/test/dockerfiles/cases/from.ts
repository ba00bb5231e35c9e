import { base, type Case, newer } from "../Case.ts"

/** FROM: images, scratch, stages, arguments, targets. */
export const fromCases: ReadonlyArray<Case> = [
  { name: "an image and nothing else but a label", dockerfile: `FROM ${base}\nLABEL only=this\n` },
  { name: "scratch with one file", dockerfile: "FROM scratch\nCOPY hello /\n", files: { hello: "hi\n" } },
  {
    name: "scratch with settings",
    dockerfile: 'FROM scratch\nCOPY hello /bin/hello\nENV A=1\nENTRYPOINT ["/bin/hello"]\nCMD ["x"]\n',
    files: { hello: { mode: 0o755, text: "hi\n" } }
  },
  {
    name: "a stage as a base, with its settings",
    dockerfile: `FROM ${base} AS one\nENV A=1\nWORKDIR /w\nRUN echo one > one\nFROM one AS two\nRUN echo "$A" > two\nCMD ["two"]\n`
  },
  {
    name: "stages by name and by number, one of them unused",
    dockerfile: `FROM ${base} AS Maker\nRUN mkdir /out && echo made > /out/file\nFROM ${base} AS unused\nRUN exit 1\nFROM ${base}\nCOPY --from=maker /out /in\nCOPY --from=0 /out/file /second\n`,
    except: { classic: "it builds stages that nobody needs", buildah: "it wants the very letters of a stage's name" }
  },
  {
    name: "a target in the middle",
    dockerfile: `FROM ${base} AS first\nRUN echo first > /which\nFROM first AS second\nRUN echo second > /which\n`,
    options: ["--target", "first"]
  },
  {
    name: "a target written in other letters",
    dockerfile: `FROM ${base} AS First\nRUN echo first > /which\nFROM First AS second\nRUN echo second > /which\n`,
    options: ["--target", "FIRST"],
    except: newer("a stage's name in other letters"),
    expected: ['which f 644 0:0 "first\\n"']
  },
  {
    name: "arguments before FROM, with a default and from outside",
    dockerfile: `ARG NAME=gantry-cases\nARG TAG\nFROM \${NAME}:$TAG\nARG NAME\nARG TAG=inner\nRUN echo "$NAME $TAG" > /seen\n`,
    options: ["--build-arg", "TAG=base"]
  },
  {
    name: "an argument before FROM is not seen in a stage that does not ask",
    dockerfile: `ARG SECRET=outside\nFROM ${base}\nRUN echo "[$SECRET]" > /seen\nENV TOLD="[$SECRET]"\n`
  },
  {
    name: "arguments of a stage in the stage that stands on it",
    dockerfile: `FROM ${base} AS one\nARG V=first\nRUN echo "$V" > /one\nFROM one\nRUN echo "[$V]" > /two\n`,
    except: { classic: "arguments end with their stage", buildah: "arguments end with their stage" }
  },
  {
    name: "a platform by argument",
    dockerfile: `ARG P=linux/amd64\nFROM --platform=$P ${base}\nRUN echo here > /here\n`
  },
  {
    name: "three stages side by side, put together",
    dockerfile: `FROM ${base} AS a\nRUN echo a > /a\nFROM ${base} AS b\nRUN echo b > /b\nFROM ${base} AS c\nRUN echo c > /c\nFROM scratch\nCOPY --from=a /a /\nCOPY --from=b /b /\nCOPY --from=c /c /\n`
  },
  {
    name: "a copy from another image",
    dockerfile: `FROM scratch\nCOPY --from=${base} /etc/passwd /etc/group /etc/\n`
  }
]
