import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '../..')
const document = readFileSync(resolve(root, 'docs/PROTOCOL.md'), 'utf8')

/** What a script has to say when it only compares. */
function complaints(script: string): string {
  const { stderr } = spawnSync(process.execPath, [resolve(root, 'scripts', script), '--check'], {
    encoding: 'utf8',
  })
  return stderr
}

describe('docs/PROTOCOL.md', () => {
  it('has the examples that the fixtures give', () => {
    expect(complaints('protocol-examples.mjs')).toBe('')
  })

  it('has no rule without a vector or a test, and no other is named anywhere', () => {
    expect(complaints('protocol-coverage.mjs')).toBe('')
  })

  it('numbers its rules without a gap', () => {
    const numbers = [...document.matchAll(/^- \*\*P-(\d+)\.(\d+)\*\*/gm)].map(
      ([, section, rule]) => [Number(section), Number(rule)],
    )
    let [lastSection, lastRule] = [0, 0]
    for (const [section = 0, rule = 0] of numbers) {
      expect([section, rule]).toEqual(
        section === lastSection ? [section, lastRule + 1] : [section, 1],
      )
      expect(section).toBeGreaterThanOrEqual(lastSection)
      ;[lastSection, lastRule] = [section, rule]
    }
    // Sections in between may have no rules, chapters with rules have their own number.
    for (const [section] of numbers) expect(document).toContain(`\n## ${section}. `)
  })

  it('cites rules and sources that are there', () => {
    const rules = new Set(
      document.match(/^- \*\*P-\d+\.\d+\*\*/gm)?.map((line) => line.slice(4, -2)),
    )
    const cited = document.match(/\bP-\d+\.\d+\b/g) ?? []
    expect(cited.filter((rule) => !rules.has(rule))).toEqual([])
    const sources = new Set(
      [...document.matchAll(/^\| ((?:\[\w+\](?:, )?)+) \|/gm)].flatMap(
        ([, keys = '']) => keys.match(/\[\w+\]/g) ?? [],
      ),
    )
    const used = document.replaceAll(/`[^`]*`/g, '').match(/\[(?:[A-Z]{1,2}|seen)\]/g) ?? []
    expect(used.filter((key) => !sources.has(key))).toEqual([])
    expect([...sources].filter((key) => used.filter((one) => one === key).length < 2)).toEqual([])
  })

  it.each(['docs/PROTOCOL.md', 'docs/protocol-coverage.md', 'fixtures/vectors/README.md'])(
    'the links of %s lead somewhere',
    (path) => {
      const text = readFileSync(resolve(root, path), 'utf8')
      const targets = [...text.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)].map(
        ([, target = '']) => target,
      )
      const missing = targets.filter((target) => !existsSync(resolve(root, path, '..', target)))
      expect(missing).toEqual([])
    },
  )

  it('has anchors where it links to itself', () => {
    const headings = [...document.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\w -]/g, '')
        .replaceAll(' ', '-'),
    )
    const anchors = [...document.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor]) => anchor)
    expect(anchors.length).toBeGreaterThan(0)
    expect(anchors.filter((anchor) => !headings.includes(anchor ?? ''))).toEqual([])
  })
})

// The two kinds of diagram that are used, as far as they are: what Mermaid takes beyond this is not needed.
const state = String.raw`(?:\[\*\]|[A-Z]\w*)`
const grammars: Readonly<Record<string, RegExp>> = {
  'flowchart LR': /^ {2}\w+(?:\[[\w ]+\])? -->(?:\|[\w ]+\|)? \w+(?:\[[\w ]+\])?$/,
  'stateDiagram-v2': new RegExp(`^ {2}${state} --> ${state}(?:: [^:;#{}]+)?$`),
}

function diagramFaults(diagram: string): string[] {
  const [kind = '', ...lines] = diagram.trimEnd().split('\n')
  const grammar = grammars[kind]
  if (grammar === undefined) return [kind]
  return lines.filter((line) => !grammar.test(line))
}

describe('diagrams', () => {
  const diagrams = [...document.matchAll(/^```mermaid\n([\s\S]*?)^```$/gm)].map(
    ([, text = '']) => text,
  )

  it('are ones that Mermaid draws', () => {
    expect(diagrams.length).toBeGreaterThanOrEqual(3)
    expect(diagrams.flatMap(diagramFaults)).toEqual([])
  })

  it('reach every state from the beginning', () => {
    for (const diagram of diagrams.filter((text) => text.startsWith('stateDiagram'))) {
      const edges = [...diagram.matchAll(/^ {2}(\S+) --> ([\w[\]*]+)/gm)]
      const reached = new Set(['[*]'])
      for (const from of reached) {
        for (const [, source, target = ''] of edges) if (source === from) reached.add(target)
      }
      expect(edges.filter(([, source = '']) => !reached.has(source))).toEqual([])
    }
  })

  it.each(['pie\n', 'stateDiagram-v2\n  A -> B\n', 'flowchart LR\n  a --> b: c\n'])(
    '%j is none',
    (diagram) => {
      expect(diagramFaults(diagram)).not.toEqual([])
    },
  )
})
