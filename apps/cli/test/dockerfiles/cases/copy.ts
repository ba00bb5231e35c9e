import { base, type Case, newer } from "../Case.ts"

const tree = {
  "a.txt": "a",
  "b.txt": "b",
  "one.md": "1",
  "dir/c": "c",
  "dir/sub/d": "d",
  "dir/.hidden": "h",
  "dir/sub/deep/e.txt": "e"
} as const

/** COPY: sources, destinations, patterns, links, owners, modes. */
export const copyCases: ReadonlyArray<Case> = [
  {
    name: "a file to a new name, to a directory, to where the step works",
    files: tree,
    dockerfile: `FROM ${base}\nCOPY a.txt /renamed\nCOPY a.txt /into/\nWORKDIR /w\nCOPY b.txt .\nCOPY b.txt sub/other\n`
  },
  {
    name: "a directory copies what is in it",
    files: tree,
    dockerfile: `FROM ${base}\nCOPY dir /target\nCOPY dir/ /slash/\n`
  },
  {
    name: "several sources and a directory among them",
    files: tree,
    dockerfile: `FROM ${base}\nCOPY a.txt dir b.txt /all/\n`
  },
  {
    name: "patterns",
    files: tree,
    dockerfile: `FROM ${base}\nCOPY *.txt /stars/\nCOPY ?.txt /marks/\nCOPY [ab].txt /sets/\nCOPY d*/s* /deep/\n`
  },
  {
    name: "everything, without what is ignored",
    files: { ...tree, ".dockerignore": "# no\n*.md\ndir/sub\n!dir/sub/d\nDockerfile\n.dockerignore\n" },
    dockerfile: `FROM ${base}\nCOPY . /ctx/\n`
  },
  {
    name: "an ignore file in which the last match wins",
    files: {
      ".dockerignore": "**/*.log\n!keep.log\n/x/\n**/tmp\n!x/y\n.dockerignore\nDockerfile\n",
      "a.log": "",
      "keep.log": "",
      "d/b.log": "",
      "d/keep.log": "",
      "x/y": "y",
      "x/z": "z",
      "d/tmp/t": "",
      "tmp/t": ""
    },
    dockerfile: `FROM ${base}\nCOPY . /ctx/\n`
  },
  {
    name: "names with spaces and brackets in JSON",
    files: { "two words": "2", "[x].txt": "x" },
    dockerfile: `FROM ${base}\nCOPY ["two words", "/to/two words"]\nCOPY [[]x].txt /brackets/\n`,
    except: { buildah: "it finds no brackets" }
  },
  {
    name: "sources that begin with a slash or with dots stay in the context",
    files: tree,
    dockerfile: `FROM ${base}\nCOPY /a.txt /one\nCOPY ./b.txt /two\nCOPY dir/../a.txt /three\n`
  },
  {
    name: "links and modes of the context",
    files: {
      "run.sh": { mode: 0o755, text: "#!/bin/sh\n" },
      private: { mode: 0o600, text: "p" },
      "d/to": { link: "../run.sh" },
      "d/dangling": { link: "/nowhere" },
      "d/x": { mode: 0o640, text: "x" },
      open: { directory: 0o777 },
      "open/f": "f"
    },
    dockerfile: `FROM ${base}\nCOPY run.sh private /m/\nCOPY d /d\nCOPY open /open\n`
  },
  {
    name: "set-id and sticky bits",
    files: {
      suid: { mode: 0o4755, text: "s" },
      sgid: { mode: 0o2755, text: "g" },
      "t/f": "f",
      t2: { directory: 0o1777 },
      "t2/f": "f"
    },
    dockerfile: `FROM ${base}\nCOPY suid sgid /bits/\nCOPY t2 /sticky\n`,
    except: { classic: "it drops set-id bits", buildah: "it drops set-id bits" }
  },
  {
    name: "two names of one file",
    files: { "d/first": "same bytes", "d/second": { same: "d/first" } },
    dockerfile: `FROM ${base}\nCOPY d /d\n`
  },
  {
    name: "an empty directory and an empty file",
    files: { empty: { directory: 0o755 }, file: "" },
    dockerfile: `FROM ${base}\nCOPY empty /e\nCOPY file /f\n`
  },
  {
    name: "a source that is a link to a file is copied as what it points to",
    files: { real: "r", pointer: { link: "real" } },
    dockerfile: `FROM ${base}\nCOPY real pointer /l/\n`
  },
  {
    name: "a destination through a link of the image",
    files: tree,
    dockerfile: `FROM ${base}\nRUN mkdir -p /real/place && ln -s /real/place /short && ln -s place /real/rel\nCOPY a.txt /short/\nCOPY dir /real/rel/\n`
  },
  {
    name: "over files that are there",
    files: tree,
    dockerfile: `FROM ${base}\nRUN mkdir -p /t/sub && echo old > /t/c && echo kept > /t/kept && chmod 700 /t/sub\nCOPY dir /t\n`
  },
  {
    name: "an owner by name, by number, with a group, without",
    files: tree,
    dockerfile: `FROM ${base}\nCOPY --chown=app:extra a.txt /one\nCOPY --chown=12:34 a.txt /two\nCOPY --chown=app a.txt /three\nCOPY --chown=55 a.txt /four\nCOPY --chown=0:extra dir /five\nCOPY a.txt /six\n`
  },
  {
    name: "an owner by argument",
    files: tree,
    dockerfile: `FROM ${base}\nARG WHO=app\nCOPY --chown=$WHO:\${WHO} a.txt /one\n`,
    except: { classic: "it expands no variable in --chown" }
  },
  {
    name: "an owner is given to directories that are made too",
    files: tree,
    dockerfile: `FROM ${base}\nCOPY --chown=app dir /x/y/z/\n`,
    except: { classic: "directories above are root's", buildah: "directories above are root's" }
  },
  {
    name: "a mode in octal digits",
    files: tree,
    dockerfile: `FROM ${base}\nCOPY --chmod=640 a.txt /one\nCOPY --chmod=0755 dir /d\nCOPY --chown=app --chmod=711 b.txt /two\n`,
    except: { classic: "--chmod is BuildKit's", buildah: "it leaves directories their mode" }
  },
  {
    name: "USER does not own what is copied",
    files: tree,
    dockerfile: `FROM ${base}\nUSER app\nCOPY a.txt /one\nCOPY dir /made/\n`
  },
  {
    name: "a COPY into the root",
    files: { "root/etc/conf": "c", "root/x": "x" },
    dockerfile: `FROM ${base}\nCOPY root/ /\nCOPY root /\n`
  },
  {
    name: "from a stage: owners, modes, links, patterns",
    dockerfile: `FROM ${base} AS made\nRUN mkdir -p /o/d && echo 1 > /o/one && chmod 4750 /o/one && chown app:extra /o/one && ln -s one /o/link && echo 2 > /o/d/two && chown -R app /o/d && chmod 711 /o/d\nFROM ${base}\nCOPY --from=made /o /whole\nCOPY --from=made /o/o* /star/\nCOPY --from=made o/d /relative/\nCOPY --from=made --chown=7:8 /o/one /owned\n`
  },
  {
    name: "from a stage by argument",
    dockerfile: `FROM ${base} AS one\nRUN echo 1 > /x\nFROM ${base}\nCOPY --from=one /x /y\nWORKDIR /z\nCOPY --from=one x .\n`
  },
  {
    name: "linked layers",
    files: tree,
    dockerfile: `# syntax=docker/dockerfile:1.4\nFROM ${base}\nRUN mkdir /w\nCOPY --link a.txt /w/\nCOPY --link --chown=3:4 dir /made/here/\n`,
    except: newer("--link"),
    expected: [
      "made d 755 3:4",
      "made/here d 755 3:4",
      'made/here/.hidden f 644 3:4 "h"',
      'made/here/c f 644 3:4 "c"',
      "made/here/sub d 755 3:4",
      'made/here/sub/d f 644 3:4 "d"',
      "made/here/sub/deep d 755 3:4",
      'made/here/sub/deep/e.txt f 644 3:4 "e"',
      "w d 755 0:0",
      'w/a.txt f 644 0:0 "a"'
    ]
  },
  {
    name: "parents are kept",
    files: tree,
    dockerfile: `FROM ${base}\nCOPY --parents dir/sub/d a.txt /p/\nCOPY --parents dir/./sub/deep/*.txt /q/\nCOPY --parents **/*.txt /r/\n`,
    except: newer("--parents"),
    expected: [
      "p d 755 0:0",
      'p/a.txt f 644 0:0 "a"',
      "p/dir d 755 0:0",
      "p/dir/sub d 755 0:0",
      'p/dir/sub/d f 644 0:0 "d"',
      "q d 755 0:0",
      "q/sub d 755 0:0",
      "q/sub/deep d 755 0:0",
      'q/sub/deep/e.txt f 644 0:0 "e"',
      "r d 755 0:0",
      'r/a.txt f 644 0:0 "a"',
      'r/b.txt f 644 0:0 "b"',
      "r/dir d 755 0:0",
      "r/dir/sub d 755 0:0",
      "r/dir/sub/deep d 755 0:0",
      'r/dir/sub/deep/e.txt f 644 0:0 "e"'
    ]
  },
  {
    name: "some are left out",
    files: tree,
    dockerfile: `FROM ${base}\nCOPY --exclude=dir/sub --exclude=**/*.txt --exclude=Dockerfile . /x/\n`,
    except: newer("--exclude"),
    expected: [
      "x d 755 0:0",
      "x/dir d 755 0:0",
      'x/dir/.hidden f 644 0:0 "h"',
      'x/dir/c f 644 0:0 "c"',
      'x/one.md f 644 0:0 "1"'
    ]
  },
  {
    name: "a mode in letters",
    files: { "d/run": { mode: 0o755, text: "r" }, "d/file": { mode: 0o640, text: "f" } },
    dockerfile: `FROM ${base}\nCOPY --chmod=u=rwX,go=rX d /one\nCOPY --chmod=+x d/file /two\nCOPY --chmod=go-r d/file /three\n`,
    except: newer("--chmod with letters"),
    expected: [
      "one d 755 0:0",
      'one/file f 644 0:0 "f"',
      'one/run f 755 0:0 "r"',
      'three f 600 0:0 "f"',
      'two f 751 0:0 "f"'
    ]
  },
  {
    name: "set-id bits by a mode",
    files: tree,
    dockerfile: `FROM ${base}\nCOPY --chmod=4711 a.txt /one\nCOPY --chmod=2755 a.txt /two\n`,
    except: { BuildKit: "20.10 drops them", classic: "--chmod is BuildKit's", buildah: "it drops them" },
    expected: ['one f 4711 0:0 "a"', 'two f 2755 0:0 "a"']
  }
]
