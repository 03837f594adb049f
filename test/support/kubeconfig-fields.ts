import type { Arbitrary } from 'fast-check'
import fc from 'fast-check'
import { PEM_NAMES, PEMS } from './kubeconfig-pems.ts'
import { keyOf, oddYaml, usually } from './kubeconfig-scalars.ts'
import type { Yaml, YamlStyle } from './kubeconfig-yaml.ts'
import { list, mapping, scalar } from './kubeconfig-yaml.ts'

export const style: Arbitrary<YamlStyle> = fc.record({
  flow: fc.noBias(fc.nat(9)).map((n) => n === 0),
  indent: fc.constantFrom(2, 2, 2, 0, 4, 1, 3),
  properties: fc.oneof(
    { weight: 300, arbitrary: fc.constant('') },
    { weight: 1, arbitrary: fc.constantFrom('&m ', '&a ', '!!map ', '!!seq ', '!x ', '! ') },
  ),
  comment: fc.oneof(
    { weight: 200, arbitrary: fc.constant('') },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        ' # a comment',
        '\n# at the margin',
        '\n\n',
        ' #',
        '\n     # far in',
      ),
    },
  ),
})

export type Field = readonly [string, Arbitrary<Yaml>]

const ODD_FIELDS = fc.oneof(
  fc.tuple(
    fc.constantFrom(
      'unknown',
      'Token',
      'api-version',
      '"token"',
      '<<',
      'y',
      '1',
      '~',
      'extensions',
    ),
    oddYaml,
  ),
  fc.tuple(
    fc.constantFrom('<<'),
    fc
      .constantFrom(
        '*m',
        '*a',
        '[*m, *a]',
        '{token: merged}',
        '{server: "https://merged"}',
        '[{token: m1}, {token: m2}]',
      )
      .map(scalar),
  ),
)

/** The fields that are there, in any order, now and then with one that does not belong or is there twice. */
export function fieldsOf(
  required: readonly Field[],
  optional: readonly Field[],
  odds: number,
): Arbitrary<Yaml> {
  return fc
    .tuple(
      fc.subarray([...required], { minLength: Math.max(0, required.length - 1) }),
      fc.noBias(fc.nat(40)),
      fc.subarray([...optional], { maxLength: Math.min(3, optional.length) }),
      fc.noBias(fc.nat(12 * odds)),
      style,
    )
    .chain(([some, all, more, chance, style]) => {
      const fields = [...(all === 0 ? some : required), ...(chance % 3 === 0 ? more : [])]
      const again = chance === 1 ? fields.slice(0, 1) : []
      const entries = [...fields, ...again].map(([key, value]) => fc.tuple(keyOf(key), value))
      if (chance === 2) entries.push(ODD_FIELDS)
      return fc
        .tuple(fc.tuple(...entries), fc.noBias(fc.nat(5)), fc.noBias(fc.nat(7)))
        .map(([pairs, rotation, order]) => {
          const turned = [...pairs.slice(rotation), ...pairs.slice(0, rotation)]
          return mapping(order === 0 ? turned : pairs, style)
        })
    })
}

export function listOf(
  items: Arbitrary<Yaml>,
  sizes = { minLength: 0, maxLength: 3 },
): Arbitrary<Yaml> {
  return fc.oneof(
    {
      weight: 200,
      arbitrary: fc.tuple(fc.array(items, sizes), style).map(([all, how]) => list(all, how)),
    },
    { weight: 1, arbitrary: oddYaml },
  )
}

export const text = (...values: string[]) => usually(values)
export const flag = usually(['true', 'false', 'yes', 'off', 'True', 'n'], 2).map(unquoted)

/** Booleans in quotes are strings: that is for the odd ones. */
function unquoted(yaml: Yaml): Yaml {
  return yaml.kind === 'scalar' ? scalar(yaml.text.replace(/^(["'])(\w+)\1$/, '$2')) : yaml
}

export const pathTo = (...names: string[]) =>
  usually(
    names.flatMap((name) => [
      name,
      `./${name}`,
      `../${name}`,
      `@/${name}`,
      `../a/${name}`,
      `pki/../${name}`,
    ]),
  )

export const pemPath = (...names: string[]) =>
  fc.oneof(
    { weight: 8, arbitrary: pathTo(...names.map((name) => `pki/${name}`)) },
    {
      weight: 2,
      arbitrary: fc.constantFrom(...PEM_NAMES).map((name) => scalar(`'@/pki/${name}'`)),
    },
    { weight: 1, arbitrary: text('missing.pem', 'pki', '~/ca.pem', '', '@/pki/ca/x', '$HOME/x') },
  )

/** Base64 of a certificate or key, wrapped, cut and misspelt in the ways that are seen. */
export const pemData = (...names: string[]): Arbitrary<Yaml> =>
  fc
    .tuple(
      fc.oneof(
        { weight: 4, arbitrary: fc.constantFrom(...names) },
        { weight: 1, arbitrary: fc.constantFrom(...PEM_NAMES) },
      ),
      fc.noBias(fc.nat(160)),
    )
    .map(([name, how]) => {
      const base64 = Buffer.from(PEMS[name] ?? '').toString('base64')
      const wrapped = (base64.match(/.{1,64}/g) ?? ['']).join('¶')
      switch (how) {
        case 0:
          return { kind: 'lines', text: `|¶${wrapped}`, flow: base64 }
        case 1:
          return { kind: 'lines', text: `>-¶${wrapped}`, flow: base64 }
        case 2:
          return { kind: 'lines', text: `"${wrapped}"`, flow: `"${base64}"` }
        case 3:
          return scalar(base64.replace(/=+$/, ''))
        case 4:
          return scalar(`${base64.replaceAll('+', '-').replaceAll('/', '_')}`)
        case 5:
          return {
            kind: 'lines',
            text: `|¶${(PEMS[name] ?? '').trimEnd().replaceAll('\n', '¶')}`,
            flow: '""',
          }
        case 6:
          return list(
            [...Buffer.from(PEMS[name] ?? '').subarray(0, 20)].map((byte) => scalar(String(byte))),
          )
        case 7:
          return scalar(`'${base64}='`)
        case 8:
          return scalar(`${base64.replace(/.(=*)$/, 'B$1')}`)
        case 9:
          return scalar(`" ${base64}"`)
        case 10:
          return scalar(`"${base64.slice(0, 8)}\\r\\n${base64.slice(8)}"`)
        default:
          return scalar(base64 === '' ? '""' : base64)
      }
    })

export const SERVERS = [
  ...Array(400).fill('https://h:6443'),
  ...[
    'https://h',
    'https://r/k8s/clusters/c-1',
    'https://h/p/',
    'https://h//p',
    'https://h/a/../b',
    'https://h/a%2Fb',
    'https://h/%zz',
  ],
  ...[
    'HTTPS://H',
    'https://[::1]:6443',
    'https://[fe80::1%25eth0]',
    'https://1.2.3.4',
    'https://127.1',
    'https://0x7f.1',
    'https://0',
  ],
  ...[
    'http://h:8080',
    'http://h',
    'h:6443',
    'h',
    '[::1]:6443',
    'h/path',
    'https://',
    'https:///p',
    'https://:6443',
    'https://h:',
    'https://h:0',
  ],
  ...[
    'https://h:99999',
    'https://h:abc',
    ' https://h',
    'https://h ',
    'https://h\t',
    'https://h?q=1',
    'https://h/p?q=1#f',
    'https://h#f',
  ],
  ...[
    'https://u:p@h',
    'https://u@h',
    'ftp://h',
    'wss://h',
    'https:h',
    'https:/h',
    '//h',
    '/p',
    'https://h\\p',
    'https://exa mple',
    'https://hé',
  ],
  ...[
    'https://a_b',
    'https://-a',
    'https://a-',
    'https://a..b',
    'https://a.',
    'https://.a',
    'https://*',
    'https://h/é',
    'https://h/ p',
    'unix:///s',
  ],
  ...[
    'https://h/p;x',
    "https://h/p'x",
    'https://h/p"x',
    'https://h/{p}',
    'https://h/.',
    'https://h/./p',
    'https://h/p/.',
    'https://h/%2e%2e/p',
    'https://h/p?',
  ],
]

export const PROXIES = [
  ...[
    'http://p:3128',
    'https://p',
    'socks5://p:1080',
    'http://u:p%40w@p:1',
    'socks5h://p',
    'socks4://p',
    'p:3128',
    'p',
    'HTTP://P',
    'http://',
  ],
  ...[
    'http://p:abc',
    'http://[::1]:1',
    'http://p/x',
    'http://p?x',
    ' http://p',
    'http://p p',
    'http://u:p w@p',
    'http:p',
    'http:///x',
    '://p',
    'http://p:',
  ],
  ...[
    'http://p:99999',
    'http://p_q:1',
    'http://%zz',
    'http://p%41',
    'http://u@p',
    'socks5://u:p@p:1',
    'http://é',
    'http://1.2.3.4.5',
    'http://0x7f.1:1',
    'ftp://p',
  ],
]
