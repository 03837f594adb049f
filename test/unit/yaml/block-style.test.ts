import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readBlockStyle } from '../../../src/yaml/block-style.ts'
import { parseGrammar } from '../../../src/yaml/grammar.ts'
import { toJson } from '../../../src/yaml/node.ts'
import { kubeconfigText } from '../../support/kubeconfig-entries.ts'
import { readCases } from '../kubeconfig/cases.ts'

const byGrammar = (text: string, only = false) =>
  parseGrammar(text, only, (message, offset) => {
    throw new Error(`${message} at ${offset}`)
  })

/** Whatever is read is what the grammar reads, places included, be the document the only one or not. */
async function expectEqual(text: string): Promise<boolean> {
  const root = readBlockStyle(text)
  if (root === undefined) return false
  expect(root, JSON.stringify(text)).toEqual(await byGrammar(text))
  expect(root, JSON.stringify(text)).toEqual(await byGrammar(text, true))
  return true
}

const WRITTEN = `apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: LS0tCg==
    server: https://h:6443
  name: arn:aws:eks:eu-west-1:1:cluster/a
contexts:
- context:
    cluster: a b
    user: ""
  name: '@'
current-context: "null"
kind: Config
preferences: {}
users:
  - name: ~
    user:
      exec:
        args:
        - --region
        - -i
        - "yes: no # c"
        env: null
        installHint: Install the plugin by following
          https://example.com/a/b (see there)

        interactiveMode: IfAvailable
        # a comment
        provideClusterInfo: yes
  - as-groups:
      - 1
      - .5
      - []
`

test('what programs write is read', async () => {
  expect(await expectEqual(WRITTEN)).toBe(true)
  expect(toJson(readBlockStyle(WRITTEN) ?? { kind: 'null', offset: 0 })).toMatchObject({
    users: [
      { name: null, user: { exec: { provideClusterInfo: true } } },
      { 'as-groups': [1, 0.5, []] },
    ],
  })
})

test.each([
  'a: b',
  'a:',
  'a: \nb:',
  'a:\n\n# c\n  b: c\n',
  'a:   b  \n',
  'a: b\na: c\n',
  'a:\n- b:\n- c:\n  - d\n',
  'a:\n    - b: c\n      d: e\n    - f\n',
  '__proto__: a\n',
])('%j is read', async (text) => {
  expect(await expectEqual(text)).toBe(true)
})

test.each([
  '',
  '# a\n',
  'a',
  '- a\n',
  '  a: b\n',
  '--- \na: b\n',
  'a: b\n---\n',
  'a: b\n...\n',
  'a: b\r\n',
  '\ufeffa: b\n',
  'y: a\n',
  'a: é\n',
  'a: b # c\n',
  'a: "\\n"\n',
  "a: 'b''c'\n",
  'a: "b\n  c"\n',
  'a: |\n  b\n',
  'a: &b c\n',
  'a: *b\n',
  'a: !!str b\n',
  'a: {b: c}\n',
  'a: b: c\n',
  'a: b:\n',
  'a: %b\n',
  'a: .inf\n',
  'a: b\n\n  c\n',
  'a: b\n  c: d\n',
  'a: b\n  - c\n',
  'a:\n  b\n',
  'a:\n  b: c\n d: e\n',
  'a:\n- b\n - c\n',
  'a:\n-\n  b\n',
  'a:\n-  b\n',
  'a:\n- - b\n',
  'a: b\n- c\n',
  '"a": b\n',
  '<<: a\n',
  '? a\n',
  'a:\tb\n',
  'a:b\n',
])('%j is left to the grammar', (text) => {
  expect(readBlockStyle(text)).toBeUndefined()
})

test('what is huge or deep is left to the grammar, which bounds it', () => {
  const deep = Array.from({ length: 100 }, (_, level) => `${' '.repeat(level)}a:\n`).join('')
  expect(readBlockStyle(deep)).toBeUndefined()
  expect(readBlockStyle('a:\n'.repeat(1_000_001))).toBeUndefined()
  for (const text of ['\n', ' \n', 'a ', ':', ' ', 'b: ']) {
    expect(() => readBlockStyle(`a: b${text.repeat(1_000_000)}`)).not.toThrow()
  }
})

describe('it says what the grammar says, or nothing', () => {
  test('of the recorded kubeconfigs', async () => {
    const cases = await readCases()
    const texts = cases
      .flatMap(({ files }) => Object.values(files))
      .filter((file) => typeof file === 'string')
    let read = 0
    for (const text of texts) if (await expectEqual(text)) read += 1
    expect(read).toBeGreaterThan(texts.length / 2)
  })

  test('of generated kubeconfigs', async () => {
    await fc.assert(
      fc.asyncProperty(kubeconfigText, async (text) => {
        await expectEqual(text)
      }),
      { numRuns: 300 },
    )
  })

  const pieces =
    '¶ ¶¶ ¶# - -_ : :_ # _# _ __ " \' [ ] {} & * ! | > % @ ` \t \r \r¶ \\ ? ?_ ---¶ ...¶ ~ . + 1 yes << é \u0085 \u2028'
  const edit = fc.record({
    at: fc.nat(WRITTEN.length),
    cut: fc.nat(3),
    piece: fc.constantFrom('', ...pieces.split(' ')),
  })

  test('of what is written with slips of the pen', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 3 }), async (edits) => {
        let text = WRITTEN
        for (const { at, cut, piece } of edits) {
          const put = piece.replaceAll('¶', '\n').replaceAll('_', ' ')
          text = text.slice(0, at) + put + text.slice(at + cut)
        }
        await expectEqual(text)
      }),
      { numRuns: 1_000 },
    )
  })
})
