import { base, type Case, newer } from "../Case.ts"

const heredocs = "heredocs of 1.4 need its frontend"
const noHeredocs: NonNullable<Case["except"]> = {
  BuildKit: heredocs,
  classic: "they are BuildKit's",
  buildah: "1.28 knows none"
}

/** RUN: forms, what a command changes, heredocs, network. */
export const runCases: ReadonlyArray<Case> = [
  {
    name: "a command of the shell and one without",
    dockerfile: `FROM ${base}\nENV A=1\nRUN echo "$A" > /shell\nRUN ["/bin/sh", "-c", "echo $A > /exec"]\nRUN ["/bin/touch", "/$A"]\n`
  },
  {
    name: "files made, changed, removed, replaced",
    dockerfile: `FROM ${base}\nRUN mkdir /d && echo 1 > /d/one && echo 2 > /d/two && echo 3 > /three\nRUN rm /d/one && echo changed > /d/two && chmod 600 /three\nRUN rm -r /d && mkdir /d && echo new > /d/new\nRUN rm /three && mkdir /three && touch /three/x\n`
  },
  {
    name: "a directory replaced by a link and by a file",
    dockerfile: `FROM ${base}\nRUN mkdir -p /a/x /b/x\nRUN rm -r /a && ln -s b /a && rm -r /b && echo b > /b\n`
  },
  {
    name: "owners, modes, links, pipes",
    dockerfile: `FROM ${base}\nRUN touch /f && chown 5:6 /f && chmod 6711 /f && ln -s f /l && ln /f /hard && mkfifo /p && mkdir -m 1777 /sticky\n`
  },
  {
    name: "a mode changed and nothing else",
    dockerfile: `FROM ${base}\nRUN chmod 711 /home/app\nRUN chown app /tmp\n`
  },
  {
    name: "a name changed",
    dockerfile: `FROM ${base}\nRUN mkdir /d && echo x > /d/x\nRUN mv /d /e\nRUN mv /e/x /e/y\n`
  },
  {
    uneven: "an instruction that changes nothing has a layer there",
    name: "a RUN that changes nothing",
    dockerfile: `FROM ${base}\nRUN true\nRUN echo x > /x\nRUN true\n`
  },
  {
    name: "lines that go on, comments between them, empty lines",
    dockerfile: `# a remark\nfrom ${base}\n  # indented\nrun echo one \\\n# in between\n  two \\\n\n  three > /seen\n\nlabel a=b\n`
  },
  {
    except: { buildah: "it takes the usual escape in words" },
    name: "another escape",
    dockerfile: `# escape=\`\nFROM ${base}\nRUN echo one \`\n  two > /seen\nENV A=c:\\dir B=\`$A\n`
  },
  {
    name: "words that the shell expands, not the builder",
    dockerfile: `FROM ${base}\nENV A=out\nRUN A=in; echo "$A \${A:-x} \${A%n}" > /seen; echo '$A' >> /seen\n`
  },
  {
    name: "the environment of a command",
    dockerfile: `FROM ${base}\nENV B=2 A=1\nARG C=3\nRUN env | grep -v -e HOSTNAME -e PWD -e SHLVL | sort > /env\nUSER app\nRUN echo "$HOME" > /tmp/home\n`
  },
  { name: "times, umask and directory of a command", dockerfile: `FROM ${base}\nRUN umask > /umask; pwd > /pwd\n` },
  {
    name: "a command without a network",
    dockerfile: `FROM ${base}\nRUN --network=none ls /sys/class/net > /nets\n`,
    except: { ...newer("--network"), buildah: "it shows what the host has in /sys" },
    expected: ['nets f 644 0:0 "lo\\n"']
  },
  {
    name: "heredocs of RUN",
    dockerfile: `FROM ${base}\nARG A=1\nRUN <<EOF\nset -e\necho "first $A" > /one\nEOF\nRUN <<EOF cat > /two\nsome $A\nEOF\nRUN <<"EOF" cat - > /three\n$A\nEOF\nRUN <<EOF\n#!/bin/busybox sh\necho "$0" | wc -l > /four\nEOF\n`,
    except: noHeredocs,
    expected: [
      'four f 644 0:0 "1\\n"',
      'one f 644 0:0 "first 1\\n"',
      'three f 644 0:0 "$A\\n"',
      'two f 644 0:0 "some 1\\n"'
    ]
  },
  {
    name: "heredocs of COPY and ADD",
    dockerfile:
      `FROM ${base}\nENV WHO=me\nCOPY <<EOF /one\nhello $WHO\nEOF\nCOPY <<'EOF' <<-OTHER --chown=0:0 /d/\n`
        .replace(" --chown=0:0", "")
        .replace("COPY <<'EOF'", "COPY --chown=app --chmod=600 <<'EOF'") +
      `$WHO\nEOF\n\t\ttabs are gone\nOTHER\nADD <<text /added\n# no comment\ntext\n`,
    except: noHeredocs,
    expected: [
      'added f 644 0:0 "# no comment\\n"',
      "d d 755 1000:1000",
      'd/EOF f 600 1000:1000 "$WHO\\n"',
      'd/OTHER f 600 1000:1000 "tabs are gone\\n"',
      'one f 644 0:0 "hello me\\n"'
    ]
  }
]
