import type { ClientcmdAnswer } from '../conformance/clientcmd.ts'
import type { KubeconfigInput } from './kubeconfig-arbitrary.ts'
import type { Accepted, Verdict } from './kubeconfig-verdict.ts'

export interface Difference {
  readonly input: KubeconfigInput
  /** All files, one behind the other. */
  readonly text: string
  readonly ours: Verdict
  readonly theirs: Verdict
  /** client-go's whole answer. */
  readonly answer: ClientcmdAnswer
}

/** Where podwire is not client-go on purpose, by the first cell of its row in docs/kubeconfig.md. */
export const DEVIATIONS: Readonly<Record<string, (difference: Difference) => boolean>> = {
  'refuses a `server` that is not `http(s)://host[:port][/path]`, as one without scheme': (d) =>
    d.theirs.verdict === 'accepted' &&
    !/^https?:\/\/(?:\w(?:[\w-]*\w)?(?:\.\w(?:[\w-]*\w)?)*[a-z]|1\.2\.3\.4|\[::1\])(?::[1-9]\d{0,4})?(?:\/[\w;-]+)*\/?$/i.test(
      (d.answer.host ?? '').replace(':99999', ':x').replace(/[?#].*/, ''),
    ) &&
    (refused(d, /\.(?:server (?!must not)|certificate-authority names .* directory)/) ||
      refused(d, /: users\[\d+\]\.user[. ]/)),
  'refuses a user name in `server`': (d) =>
    d.answer.host?.includes('@') === true && refused(d, /\.server must not hold a user name/),
  'refuses an `http://` server with credentials, unless `allowInsecureHttp` is set': (d) => {
    const { ours, theirs } = d
    if (theirs.verdict !== 'accepted' || !theirs.url.startsWith('http:')) return false
    if (ours.verdict !== 'accepted')
      return refused(d, /: users\[\d+\]\.user[. ]|\.certificate-authority names .* directory/)
    return same({ ...ours, cert: [], authorization: '', plugin: '' }, theirs)
  },
  'drops query, fragment and the last slash of `server` when it loads': ({ ours, theirs }) =>
    ours.verdict === 'accepted' &&
    theirs.verdict === 'accepted' &&
    same(
      { ...ours, proxy: decoded(ours.proxy) },
      {
        ...theirs,
        url: theirs.url.replace(/[?#].*$/, '').replace(/:(?=\/api\/)/, ''),
        proxy: decoded(theirs.proxy),
      },
    ),
  'sends the path of `server` as it is written': ({ ours, theirs }) =>
    ours.verdict === 'accepted' &&
    theirs.verdict === 'accepted' &&
    /%2F|'/.test(ours.url) &&
    same(decodedUrls(ours), decodedUrls(theirs)),
  'refuses a `proxy-url` that is no URL with a host': (d) =>
    d.theirs.verdict === 'accepted' &&
    !(/^\w+:\/\/[^/?#\s]/.test(d.theirs.proxy) && URL.canParse(d.theirs.proxy)) &&
    refused(d, /\.proxy-url must start/),
  'hands `proxy-url` on as it is written': ({ ours, theirs }) =>
    ours.verdict === 'accepted' &&
    theirs.verdict === 'accepted' &&
    same({ ...ours, proxy: decoded(ours.proxy) }, { ...theirs, proxy: decoded(theirs.proxy) }),
  'refuses a user name with a colon': (d) =>
    d.answer.username?.includes(':') === true && refused(d, /\.username holds a colon/),
  'refuses a token file without a token': (d) =>
    /blank$/.test(d.answer.tokenFile ?? '') && refused(d, /\.tokenFile cannot be used.* is empty/),
  'refuses tokens and names that no header can hold when it loads': (d) => {
    const { token = '', impersonate } = d.answer
    const sent = token + JSON.stringify(impersonate ?? {})
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what no header can hold
    const bad = /[\u0000-\u0008\u000a-\u001f\u007f]|\\[nrbf]|\\u00[01]/.test(sent)
    return bad && refused(d, /\.(?:token|as) .*no header may have/)
  },
  'refuses a user that it could not use even if no cluster is chosen': (d) =>
    d.theirs.verdict === 'empty' &&
    refused(d, /^ERR_KUBECONFIG_INVALID: [^:]*: users\[\d+\]\.user[. ]/),
  'refuses a `<<` behind a key that it sets too': (d) =>
    d.text.includes('<<') && refused(d, /has a << behind a key/),
  'refuses tags other than `!!str`, `!!map` and `!!seq`; reads `%YAML 1.2`': (d) =>
    (d.text.includes('!') && refused(d, /has a tag other than/)) ||
    // To go-yaml the comma belongs to the tag.
    (/![\w!]+,/.test(d.text) && refused(d, /\] must be a \w+, and is a string/)) ||
    (d.text.includes('%YAML 1.2') && theyRefuse(d, /incompatible YAML document/)),
  'refuses `-data` that is a list of numbers': (d) =>
    /-data["']?: *[!\w&]* *(?:#.*)?\s*(?:-|\[)/.test(d.text) &&
    refused(d, /-data must be a string, and is a list/),
  'refuses text behind a document in braces': (d) =>
    /^\s*(?:---.*\n)?\{[^\n]*\}[ \t\r]*\n+x/m.test(d.text) &&
    refused(d, /ERR_KUBECONFIG_SYNTAX.* is not YAML/),
  'reads a colon or dash before a bracket or comma, a `?` before a word in brackets, and a `#` right behind the sign of a block, as YAML 1.2 does':
    (d) =>
      /[-:?][\]},]|[[,{] *\?\w|[|>][-+0-9]*#/.test(d.text) &&
      (refused(d, /ERR_KUBECONFIG_SYNTAX.* is not YAML/) ||
        refused(d, /must be a (?:string, and is a mapping|mapping, and is a string)/) ||
        theyRefuse(d, /cannot unmarshal string/)),
  'reads what YAML 1.2 allows and go-yaml does not: tabs, `\\/`, a character in two escapes, names of anchors':
    (d) =>
      (/\t/.test(d.text) && theyRefuse(d, /yaml: .*(?:tab character|cannot start any token)/)) ||
      (/\\/.test(d.text) && theyRefuse(d, /yaml: .*(?:unknown escape|Unicode character escape)/)) ||
      (/[&*!?]|[[{, :]:/.test(d.text) &&
        theyRefuse(
          d,
          /yaml: .*did not find expected (?:alphabetic|whitespace|node content|tag URI|',')/,
        )),
  'lets the token of `overrides` replace every other login': ({ input, ours, theirs }) =>
    !!input.flags['token'] &&
    (ours.verdict === 'accepted'
      ? ours.authorization === 'Bearer flagtoken'
      : ours.verdict === 'empty' &&
        theirs.verdict === 'refused' &&
        /more than one authentication method .*\btoken\b/.test(theirs.why)),
  'goes to the pod with `overrides` that name no cluster': (d) =>
    d.ours.verdict === 'empty' &&
    Object.keys(d.input.flags).some((flag) => /^(?:tls-|insecure-|proxy-)/.test(flag)) &&
    d.theirs.verdict === 'refused' &&
    /no server (?:defined|found)/.test(d.theirs.why),
  'refuses a certificate file that is empty': (d) =>
    /pki\/empty/.test(d.text) &&
    refused(d, /\.(?:certificate-authority is not|client-certificate holds no) PEM/),
  'refuses text in quotes whose later lines are not indented': (d) =>
    /["'][^\n]*[\r\u0085]/.test(d.text) &&
    refused(d, /ERR_KUBECONFIG_SYNTAX.* is (?:not YAML|indented wrongly)/),
  'refuses other text that YAML 1.2 does not allow, such as a tag without a name': (d) =>
    /[&*!?|>%@`\t]/.test(d.text.replace(/"[^"\n]*"|'[^'\n]*'/g, '')) &&
    refused(d, /ERR_KUBECONFIG_SYNTAX.* is (?:not YAML|indented)/),
  'refuses keys that are numbers but no integers': (d) =>
    /(?:[.\d]|\.inf|\.nan)["']?:/i.test(d.text) &&
    refused(d, /has a number (?:as a key that is not an integer|that is not finite)/),
  'refuses control characters behind the first document, too': (d) =>
    /^(?:---|\.\.\.)|^\{/m.test(d.text) && refused(d, /holds control characters/),
  'refuses an OIDC issuer without TLS': (d) =>
    /idp-issuer-url/.test(d.text) && refused(d, /idp-issuer-url must look like https/),
}

/** The deviation that accounts for a difference, if one does. */
export function deviationOf(difference: Difference): string | undefined {
  return Object.keys(DEVIATIONS).find((name) => DEVIATIONS[name]?.(difference) === true)
}

function refused({ ours }: Difference, why: RegExp): boolean {
  return ours.verdict === 'refused' && why.test(ours.why)
}

function theyRefuse({ ours, theirs }: Difference, why: RegExp): boolean {
  return ours.verdict !== 'refused' && theirs.verdict === 'refused' && why.test(theirs.why)
}

function same(a: Accepted, b: Accepted): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

function decodedUrls(verdict: Accepted): Accepted {
  return { ...verdict, url: decoded(verdict.url), proxy: decoded(verdict.proxy) }
}

function decoded(url: string): string {
  try {
    return decodeURIComponent(url)
  } catch {
    return url
  }
}
