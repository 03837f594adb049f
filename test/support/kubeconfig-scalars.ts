import type { Arbitrary } from 'fast-check'
import fc from 'fast-check'
import { anyString } from './arbitrary.ts'
import type { Yaml } from './kubeconfig-yaml.ts'
import { list, mapping, scalar } from './kubeconfig-yaml.ts'

/** What YAML 1.1 readers disagree about when nothing quotes it. */
const PLAIN = [
  ...[
    '',
    '~',
    'null',
    'Null',
    'NULL',
    'nULL',
    'y',
    'Y',
    'yes',
    'Yes',
    'YES',
    'yES',
    'n',
    'N',
    'no',
    'NO',
    'nO',
  ],
  ...[
    'true',
    'True',
    'TRUE',
    'tRUE',
    'false',
    'False',
    'FALSE',
    'on',
    'On',
    'ON',
    'off',
    'Off',
    'OFF',
    'oN',
  ],
  ...[
    '0',
    '-0',
    '+0',
    '00',
    '08',
    '0123',
    '-0123',
    '0o17',
    '0O17',
    '0x1F',
    '-0x1f',
    '+0X1F',
    '0b11',
    '0B1',
    '-0b1',
  ],
  ...[
    '1_000',
    '_1',
    '1_',
    '1__0',
    '0x_1F',
    '+_1',
    '-_1',
    '0_7',
    '0_8',
    '9223372036854775808',
    '18446744073709551616',
  ],
  ...[
    '1e5',
    '1E5',
    '1e+5',
    '1e1_0',
    'e5',
    '.e5',
    '.5',
    '.5_',
    '._5',
    '-.5',
    '+.5e-3',
    '5.',
    '5.e3',
    '1.5e400',
    '1.',
  ],
  ...[
    '.',
    '..',
    '...',
    '.inf',
    '-.Inf',
    '+.INF',
    '.iNF',
    '.nan',
    '.NaN',
    '-.nan',
    '1:20',
    '190:20:30',
    '1:20.5',
    '-1:20',
  ],
  ...[
    '2001-01-01',
    '2001-12-14t21:59:43.10-05:00',
    '2001-12-14 21:59:43.10 -5',
    '<<',
    '=',
    '-',
    '--',
    '---',
    '?',
    ':',
  ],
  ...[
    'a:b',
    'a: b',
    'a #b',
    'a#b',
    '#a',
    '*',
    '&',
    '!',
    '%a',
    '@a',
    '`a',
    '|',
    '>',
    '{',
    '[',
    'a]',
    'a, b',
    '-a',
    '?a',
    ':a',
  ],
  ...[
    '0xZZ',
    '0o8',
    '0b2',
    '1,000',
    '+',
    '1.2.3.4',
    '1.2.3',
    '0.',
    '-.',
    '+.',
    'Infinity',
    'NaN',
    'inf',
    'nan',
    '٣',
    '½',
  ],
]

const plainWord = fc
  .array(fc.constantFrom(...'0123456789abcdefxoEYNn+-._:~ ='), { minLength: 1, maxLength: 7 })
  .map((characters) => characters.join('').trim())

const plain: Arbitrary<string> = fc.oneof(fc.constantFrom(...PLAIN), plainWord)

/** Text of every kind in double quotes, where JSON's escapes are YAML's. */
const quoted: Arbitrary<string> = fc
  .oneof(
    fc.array(
      fc.constantFrom(...'aZ0 :/\\"\'\n\r\t\u00e9\u65e5\u{1f600}\u0085\u2028\ufeff%=+\u007f\u0000'),
      {
        maxLength: 6,
      },
    ),
    anyString.map((text) => [...text]),
  )
  .map((characters) => JSON.stringify(characters.join('')))

const singleQuoted = fc
  .array(fc.constantFrom(...'aZ0 :"#\\é\t', "''"), { maxLength: 6 })
  .map((characters) => `'${characters.join('')}'`)

/** Escapes and line folding of YAML's own. */
const SPECIAL = [
  ...[
    '"\\x41"',
    '"\\u00e9"',
    '"\\U0001F600"',
    '"\\_"',
    '"\\N"',
    '"\\L"',
    '"\\P"',
    '"\\e"',
    '"\\0"',
    '"\\/"',
    '"\\ "',
    '"\\a"',
  ],
  ...[
    '"\\q"',
    '"\\x4"',
    '"\\ud83d\\ude00"',
    '"\\ud800"',
    '"\\t"',
    '"\\	"',
    "'it''s'",
    "'a",
    '"a',
    "a'b",
    'a"b',
    '"a" b',
    "'a'b",
  ],
  ...[
    '!!str 5',
    '!!str',
    '!!str ""',
    '!!int "5"',
    '!!int 5',
    '!!bool yes',
    '!!bool "yes"',
    '!!float 1',
    '!!null ""',
    '!!null x',
  ],
  ...[
    '!!binary aGk=',
    '!!binary "a b"',
    '! 5',
    '! x',
    '!foo x',
    '!foo 5',
    '!<tag:yaml.org,2002:str> 5',
    '!!timestamp 2001-01-01',
  ],
  ...[
    '!!map {}',
    '!!seq []',
    '!!merge x',
    '!!set {}',
    '!!omap []',
    '!!python/object x',
    '!e!x y',
    '!!',
    '!<>',
    '!!str yes',
  ],
  ...[
    '&a x',
    '&a',
    '&a 5',
    '*a',
    '*b',
    '&a &b x',
    '&a *a',
    '&a !!str 5',
    '!!str &a 5',
    '& x',
    '* a',
    '&a"x"',
    '*a:',
  ],
]

const LINES: readonly Yaml[] = [
  ['a¶b', 'a b'],
  ['a¶¶b', 'ab'],
  ['¶a', 'a'],
  ['"a¶b"', '"a b"'],
  ['"a\\¶b"', '"ab"'],
  ['"a¶¶ b"', '"a\\nb"'],
  ["'a¶ b'", "'a b'"],
  ["'a¶¶b'", "'a\\nb'"],
  ['|¶a', '"a\\n"'],
  ['|-¶a', 'a'],
  ['|-¶a¶b', 'a'],
  ['|+¶a¶', 'a'],
  ['>¶a¶b', 'a'],
  ['>-¶a¶b', 'a'],
  ['>-¶a¶¶b', 'a'],
  ['>-¶a¶ b', 'a'],
  ['|2-¶a', 'a'],
  ['|-2¶a', 'a'],
  ['|1-¶a', 'a'],
  ['|0¶a', 'a'],
  ['|9¶a', 'a'],
  ['|- # comment¶a', 'a'],
  ['|-#comment¶a', 'a'],
  ['| x¶a', 'a'],
  ['|-¶  a¶ b', 'a'],
  ['|-', '""'],
  ['>', '""'],
  ['|-¶\ta', '"\\ta"'],
  ['a¶# comment¶b', 'a'],
  ['a # comment¶b', 'a'],
  ['&a¶b', '&a b'],
  ['!!str¶5', '!!str 5'],
  ['# comment¶a', 'a'],
  ['a¶- b', 'a'],
  ['a¶b: c', 'a'],
  ['- a', 'a'],
  ['a: b', '"a: b"'],
  ['"a": b', 'a'],
].map(([text = '', flow = '']) => ({ kind: 'lines', text, flow }))

/** A scalar, or what stands where one should, as somebody might write it by mistake or on purpose. */
export const oddYaml: Arbitrary<Yaml> = fc.oneof(
  { weight: 6, arbitrary: plain.map(scalar) },
  { weight: 2, arbitrary: quoted.map(scalar) },
  { weight: 1, arbitrary: singleQuoted.map(scalar) },
  { weight: 3, arbitrary: fc.constantFrom(...SPECIAL).map(scalar) },
  { weight: 3, arbitrary: fc.constantFrom(...LINES) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      list([]),
      mapping([]),
      list([scalar('a')]),
      mapping([['a', scalar('b')]]),
    ),
  },
)

/** One of the usual values, quoted or not, and now and then something odd. */
export function usually(values: readonly string[], oddness = 1): Arbitrary<Yaml> {
  const usual = fc
    .tuple(fc.constantFrom(...values), fc.constantFrom('plain', 'plain', 'double', 'single'))
    .map(([value, style]) => scalar(written(value, style)))
  return oddness === 0
    ? usual
    : fc.oneof({ weight: 150, arbitrary: usual }, { weight: oddness, arbitrary: oddYaml })
}

/** The value in quotes, or without where that is what it looks like. */
export function written(value: string, style: string): string {
  if (style === 'single') return `'${value.replaceAll("'", "''")}'`
  return style === 'double' || !/^[\w./-][\w./@-]*$/.test(value) ? JSON.stringify(value) : value
}

/** A key, nearly always as it is. */
export function keyOf(name: string): Arbitrary<string> {
  return fc.oneof(
    { weight: 300, arbitrary: fc.constant(name) },
    { weight: 2, arbitrary: fc.constant(JSON.stringify(name)) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        name.toUpperCase(),
        `'${name}'`,
        `!!str ${name}`,
        `&k ${name}`,
        `? ${name}\n`.trim(),
      ),
    },
  )
}
