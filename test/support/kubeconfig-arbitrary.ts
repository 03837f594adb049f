import type { Arbitrary } from 'fast-check'
import fc from 'fast-check'
import { kubeconfigText } from './kubeconfig-entries.ts'

/** What a process of its own would be given. `@` stands for the folder of the test, in paths, variables and texts. */
export interface KubeconfigInput {
  readonly files: Readonly<Record<string, string>>
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  readonly flags: Readonly<Record<string, string>>
}

const PLACES = ['kc', 'a/kc', 'b/kc', 'home/.kube/config'] as const

/** `KUBECONFIG` for the files of a case, with what may stand between them. */
function listOf(places: readonly string[]): Arbitrary<string> {
  const entry = (place: string) =>
    fc.constantFrom(...Array(20).fill(`@/${place}`), `@/b/../${place}`, place, `../${place}`)
  const extra = fc.constantFrom(
    '',
    '',
    '@/missing',
    '@/a',
    ' @/kc',
    '~/kc',
    '$HOME/kc',
    '@/kc/x',
    '@/kc',
  )
  return fc
    .tuple(
      fc.tuple(...places.map(entry)),
      fc.oneof(
        { weight: 9, arbitrary: fc.constant(undefined) },
        { weight: 1, arbitrary: fc.tuple(extra, fc.noBias(fc.nat(places.length))) },
      ),
    )
    .map(([entries, added]) => {
      const paths: string[] = [...entries]
      if (added !== undefined) paths.splice(added[1], 0, added[0])
      return paths.join(':')
    })
}

const flags: Arbitrary<Readonly<Record<string, string>>> = fc.oneof(
  { weight: 20, arbitrary: fc.constant({}) },
  {
    weight: 2,
    arbitrary: fc.record(
      {
        context: fc.constantFrom('c', 'c', 'c', 'c2', '__proto__', 'zzz', ''),
        cluster: fc.constantFrom('k', 'k', 'k', 'k2', '__proto__', 'zzz', ''),
        user: fc.constantFrom('u', 'u', 'u', 'u2', '__proto__', 'zzz', ''),
        namespace: fc.constantFrom('shop', '', 'Bad_NS'),
        server: fc.constantFrom('https://flag:1', 'http://flag', 'https://flag/p'),
        token: fc.constantFrom('flagtoken', ''),
        'tls-server-name': fc.constantFrom('flagname', ''),
        'insecure-skip-tls-verify': fc.constantFrom('true'),
        'proxy-url': fc.constantFrom('http://flagproxy:1', 'socks5://flagproxy'),
      },
      { requiredKeys: [] },
    ),
  },
)

const environment = fc.record(
  {
    HOME: fc.constantFrom('@/home', '@/home', '@/home', '@/nohome', '@/b'),
    POD_NAMESPACE: fc.constant('pod'),
    KUBERNETES_SERVICE_HOST: fc.constant('10.0.0.1'),
  },
  { requiredKeys: ['HOME'] },
)

/** Texts of kubeconfigs, and the process that reads them. */
export const kubeconfigInput: Arbitrary<KubeconfigInput> = fc
  .oneof(
    {
      weight: 6,
      arbitrary: fc.constantFrom<readonly string[]>(['kc'], ['a/kc'], ['home/.kube/config']),
    },
    { weight: 3, arbitrary: fc.shuffledSubarray([...PLACES], { minLength: 2, maxLength: 3 }) },
  )
  .chain((places) =>
    fc
      .record({
        texts: fc.tuple(...places.map(() => kubeconfigText)),
        list: listOf(places),
        explicit: fc.noBias(fc.nat(3)),
        environment,
        flags,
        cwd: fc.constantFrom('.', '.', '.', 'a'),
      })
      .map(({ texts, list, explicit, environment, flags, cwd }) => {
        const files = Object.fromEntries(places.map((place, at) => [place, texts[at] ?? '']))
        const [first = 'kc'] = places
        const home = first === 'home/.kube/config' && places.length === 1
        const alone = explicit === 0 && places.length === 1
        return {
          files,
          cwd,
          env: { ...environment, ...(!home && !alone && { KUBECONFIG: list }) },
          flags: { ...flags, ...(alone && !home && { kubeconfig: `@/${first}` }) },
        }
      }),
  )
