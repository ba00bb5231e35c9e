import { base, type Case } from "../Case.ts"

/** What only says something about the image. */
export const settingCases: ReadonlyArray<Case> = [
  {
    name: "ENV in both forms",
    dockerfile: `FROM ${base}\nENV a=1 b="two words" c=three\\ words d='single $a'\nENV old form of it\nENV e=$a$b f=\${a}x g="\${nothing}" h=\\$a\n`
  },
  {
    name: "variables of one instruction see what was before it",
    dockerfile: `FROM ${base}\nENV a=1\nENV a=2 b=$a\nENV c=$a\nLABEL b=$b c=$c\n`
  },
  {
    except: { buildah: "it leaves directories to whoever needs them" },
    name: "all forms of expansion",
    dockerfile: `FROM ${base}\nENV set=s empty=\nENV a=\${set:-w} b=\${unset:-w} c=\${empty:-w} d=\${set:+w} e=\${unset:+w} f=\${empty:+w} g=\${unset:-\${set}x}\nWORKDIR /\${set}/y$unset/x\n`
  },
  {
    name: "forms of expansion without a colon",
    dockerfile: `FROM ${base}\nENV set=s empty=\nENV a=\${set-w} b=\${unset-w} c=\${empty-w} d=\${set+w} e=\${unset+w} f=\${empty+w}\nRUN echo "$a|$b|$c|$d|$e|$f" > /seen\n`,
    except: { classic: "20.10 wants the colon", BuildKit: "20.10 wants the colon", buildah: "1.28 wants the colon" },
    expected: ['seen f 644 0:0 "s|w||w||w\\n"']
  },
  {
    except: { BuildKit: "an ARG after ENV wins there, against what its reference says" },
    name: "ENV hides an argument of the same name",
    dockerfile: `FROM ${base}\nARG V=arg\nENV V=env\nARG V=later\nRUN echo "$V" > /seen\n`,
    options: ["--build-arg", "V=given"]
  },
  {
    name: "arguments: default, given, without value, several in a line",
    dockerfile: `FROM ${base}\nARG A=1\nARG B\nARG C=3\nARG D\nRUN echo "$A-$B-$C-\${D:-none}" > /seen\n`,
    options: ["--build-arg", "B=two", "--build-arg", "C=given"]
  },
  {
    name: "arguments of proxies need no declaration and are not kept",
    dockerfile: `FROM ${base}\nRUN echo "$HTTP_PROXY $no_proxy" > /seen\n`,
    options: ["--build-arg", "HTTP_PROXY=http://127.0.0.1:9", "--build-arg", "no_proxy=local"]
  },
  {
    name: "arguments of the platform",
    dockerfile: `FROM ${base}\nARG TARGETPLATFORM\nARG TARGETOS\nARG TARGETARCH\nARG TARGETVARIANT\nARG BUILDPLATFORM\nRUN echo "$TARGETPLATFORM $TARGETOS $TARGETARCH [$TARGETVARIANT] $BUILDPLATFORM" > /seen\n`,
    except: { classic: "they are BuildKit's" }
  },
  {
    name: "labels: later wins, quotes, several",
    dockerfile: `FROM ${base}\nLABEL a=1 b="two words" "c d"=e\nLABEL a=3\nLABEL multi="x \\\ny"\n`
  },
  { name: "a maintainer", dockerfile: `FROM ${base}\nMAINTAINER Somebody <who@example.com>\n` },
  {
    name: "directories: absolute, relative, with variables, made",
    dockerfile: `FROM ${base}\nENV D=deep\nWORKDIR /a\nWORKDIR b\nWORKDIR $D/../c\nRUN pwd > where\n`
  },
  {
    uneven: "an instruction that changes nothing has a layer there",
    name: "a directory that is there keeps its mode",
    dockerfile: `FROM ${base}\nWORKDIR /root\nWORKDIR /tmp\n`
  },
  {
    except: { classic: "directories are root's there", buildah: "directories are root's there" },
    name: "a directory is made for USER",
    dockerfile: `FROM ${base}\nUSER app\nWORKDIR /w/x\n`
  },
  {
    name: "users: by name, number, with a group; RUN obeys",
    dockerfile: `FROM ${base}\nRUN mkdir -m 777 /o\nUSER app\nRUN id -u > /o/a && id -g >> /o/a && id -G >> /o/a\nUSER app:extra\nRUN id -u > /o/b && id -g >> /o/b\nUSER 77\nRUN id -u > /o/c && id -g >> /o/c\nUSER 77:88\nRUN id -u > /o/d && id -g >> /o/d\n`
  },
  {
    name: "ports: with a protocol, ranges, variables",
    dockerfile: `FROM ${base}\nENV P=8080\nEXPOSE 80 53/udp 7000-7002 $P/tcp\n`,
    except: { buildah: "it keeps ranges as they are" }
  },
  { name: "volumes: words and JSON", dockerfile: `FROM ${base}\nVOLUME /one /two\nVOLUME ["/three", "/f our"]\n` },
  {
    name: "what is written below a volume after VOLUME",
    dockerfile: `FROM ${base}\nRUN mkdir /v && echo before > /v/before\nVOLUME /v\nCOPY f /v/copied\n`,
    files: { f: "f" }
  },
  { name: "signals by name and by number", dockerfile: `FROM ${base}\nSTOPSIGNAL SIGUSR1\nSTOPSIGNAL 9\n` },
  { name: "a signal by variable", dockerfile: `FROM ${base}\nENV S=SIGINT\nSTOPSIGNAL $S\n` },
  {
    name: "a health check with all its options",
    dockerfile: `FROM ${base}\nHEALTHCHECK --interval=1m30s --timeout=5s --start-period=2s --retries=4 CMD ["true"]\n`
  },
  {
    name: "a health check by the shell, the last one wins",
    dockerfile: `FROM ${base}\nHEALTHCHECK CMD false\nHEALTHCHECK --retries=2 CMD echo $HOME || exit 1\n`
  },
  { name: "no health check", dockerfile: `FROM ${base}\nHEALTHCHECK CMD true\nHEALTHCHECK NONE\n` },
  {
    name: "commands: JSON, shell, not quite JSON",
    dockerfile: `FROM ${base}\nCMD ["echo", "a b", "\\u00e9\\n"]\nENTRYPOINT echo "$HOME"\nCMD [not json]\n`
  },
  { name: "CMD alone by the shell", dockerfile: `FROM ${base}\nENV A=1\nCMD echo $A && echo "two words"\n` },
  { name: "an ENTRYPOINT clears the CMD of the base", dockerfile: `FROM ${base}\nENTRYPOINT ["echo", "x"]\n` },
  {
    name: "an ENTRYPOINT leaves a CMD that was set before it in the same stage",
    dockerfile: `FROM ${base}\nCMD ["mine"]\nENTRYPOINT ["echo"]\n`
  },
  { name: "an empty ENTRYPOINT and an empty CMD", dockerfile: `FROM ${base}\nENTRYPOINT []\nCMD []\n` },
  {
    except: { buildah: "it keeps /bin/sh for CMD and ENTRYPOINT" },
    name: "another shell for RUN, CMD and ENTRYPOINT",
    dockerfile:
      `FROM ${base}\nSHELL ["/bin/busybox", "sh", "-e", "-c"]\nRUN false; echo never > /seen || true\nCMD echo x\nENTRYPOINT echo y\n`.replace(
        "RUN false; echo never > /seen || true",
        'RUN echo "$-" > /seen'
      )
  },
  {
    name: "all of it at once",
    dockerfile: `FROM ${base}\nLABEL a=1\nWORKDIR /srv\nUSER app\nEXPOSE 80\nVOLUME /keep\nSTOPSIGNAL SIGINT\nENTRYPOINT ["echo", "entry"]\nCMD ["cmd"]\nENV Z=1 A=2 PATH=/bin:/x\n`,
    except: { buildah: "it moves what is set anew to the end" }
  },
  {
    uneven: "BuildKit has no rows for ONBUILD",
    name: "triggers in an image that is built on",
    first: {
      "gantry-cases:onbuild": `FROM ${base}\nENV N=1\nONBUILD COPY f /from-child\nONBUILD RUN echo "trigger $N" > /trigger\nONBUILD ENV SET=by-trigger\nONBUILD WORKDIR /w\n`
    },
    files: { f: "f" },
    dockerfile: `FROM gantry-cases:onbuild\nRUN echo "$SET" > after\n`
  },
  {
    uneven: "BuildKit has no rows for ONBUILD",
    name: "triggers stay in the image that has them",
    dockerfile: `FROM ${base}\nONBUILD RUN echo never\nONBUILD COPY . /x\nONBUILD CMD ["a",  "b"]\n`
  },
  {
    uneven: "BuildKit has no rows for ONBUILD",
    name: "triggers of a stage",
    dockerfile: `FROM ${base} AS one\nONBUILD RUN echo x > /x\nFROM one\nRUN cat /x > /y\n`
  }
]
