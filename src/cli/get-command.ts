import type { UpgradeError } from '../index.ts'
import { connect } from '../index.ts'
import { connectOptions } from './cluster-flags.ts'
import { defineCommand } from './command.ts'
import type { FlagTable } from './flags.ts'
import { Interruption } from './interruption.ts'
import { fetchPods, podsAsJson, podsAsNames, podsAsTable } from './pod-listing.ts'
import { print } from './print.ts'
import { report } from './report.ts'
import { UsageError } from './usage-error.ts'

const flags = {
  output: { type: 'string', short: 'o', value: 'FORMAT', help: 'json, name or wide' },
  selector: { type: 'string', short: 'l', value: 'QUERY', help: 'labels, such as app=web' },
  'field-selector': { type: 'string', value: 'QUERY', help: 'such as status.phase=Running' },
  'all-namespaces': { type: 'boolean', short: 'A', help: 'pods of all namespaces' },
  'no-headers': { type: 'boolean', help: 'no line of column names' },
} as const satisfies FlagTable

export const getCommand = defineCommand({
  usage: 'get pods [NAME…] [options]',
  about: 'Lists pods, as the server describes them.',
  flags,
  operands: [['pods'], 'pod', 'pod', 'pod'],
  run({ flags, operands }) {
    const names = podNames(operands)
    const { output = '', selector, 'field-selector': fields, 'all-namespaces': all } = flags
    const formats = { '': podsAsTable, wide: podsAsTable, json: podsAsJson, name: podsAsNames }
    if (!Object.hasOwn(formats, output)) {
      throw new UsageError(
        `unable to match a printer suitable for the output format ${JSON.stringify(output)}, allowed formats are: json,name,wide`,
        'nothing',
      )
    }
    if (names.length > 0 && (selector || fields || all)) {
      throw new UsageError(
        all
          ? 'a resource cannot be retrieved by name across all namespaces'
          : 'name cannot be provided when a selector is specified',
        'nothing',
      )
    }
    return Interruption.during(async ({ signal }) => {
      const { api, namespace } = await connect(connectOptions(flags))
      const query = {
        namespace: all ? null : namespace,
        names,
        labelSelector: selector,
        fieldSelector: fields,
      }
      const refusals: UpgradeError[] = []
      const tables = output === '' || output === 'wide'
      const pods = await fetchPods(api, query, tables, signal, (one) => refusals.push(one))
      const text = formats[output as keyof typeof formats](pods, {
        wide: output === 'wide',
        namespaces: all === true,
        headers: !flags['no-headers'],
        several: names.length > 1,
      })
      if (text === '' && refusals.length === 0) {
        const where = all ? '' : ` in ${namespace} namespace.`
        process.stderr.write(`No resources found${where}\n`)
      }
      print(text)
      for (const refusal of refusals) report(refusal, 'get')
      return refusals.length === 0 ? 0 : 1
    })
  },
})

/** `pods`, `pods a b`, `pod/a pod/b`. */
function podNames(operands: readonly string[]): readonly string[] {
  const [type] = operands
  const isPods = (word: string) => /^(?:po|pods?)$/i.test(word)
  if (type === undefined) throw new UsageError('Required resource not specified.')
  if (operands.every((word) => word.includes('/'))) {
    const parts = operands.map((word) => word.split('/'))
    const wrong = parts.find(([type = '', name, ...more]) => {
      return !isPods(type) || !name || more.length > 0
    })
    if (wrong === undefined) return parts.map(([, name = '']) => name)
    throw unknownType(wrong[0] ?? '')
  }
  if (!isPods(type)) throw unknownType(type)
  return operands.slice(1)
}

function unknownType(type: string): UsageError {
  return new UsageError(`podwire gets pods only, and no ${JSON.stringify(type)}`, 'nothing')
}
