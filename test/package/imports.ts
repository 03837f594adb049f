import { parseAst } from 'vitest/node'

export interface Import {
  readonly specifier: string
  /** `static` is loaded with the file, `dynamic` when the expression runs, `type` never. */
  readonly kind: 'static' | 'dynamic' | 'type'
}

type Node = Readonly<Record<string, unknown>>

/** The specifier reported for an import whose target is not a string literal. */
export const computed = '(computed)'

/** Everything a source or declaration file imports, in whichever way, in the order of the text. */
export function importsOf(source: string, language: 'ts' | 'dts' | 'js' = 'ts'): Import[] {
  return [...nodes(parseAst(source, { lang: language }))].flatMap((node) => importOf(node) ?? [])
}

function importOf(node: Node): Import | undefined {
  switch (node['type']) {
    case 'ImportDeclaration':
      return { specifier: text(node['source']), kind: kind(node['importKind']) }
    case 'ExportAllDeclaration':
      return { specifier: text(node['source']), kind: kind(node['exportKind']) }
    case 'ExportNamedDeclaration':
      if (node['source'] === null) return undefined
      return { specifier: text(node['source']), kind: kind(node['exportKind']) }
    case 'ImportExpression':
      return { specifier: text(node['source']), kind: 'dynamic' }
    case 'TSImportType':
      return { specifier: text(node['source']), kind: 'type' }
    case 'TSExternalModuleReference':
      return { specifier: text(node['expression']), kind: 'static' }
    case 'CallExpression':
      if (!isCallOfRequire(node)) return undefined
      return { specifier: text((node['arguments'] as readonly unknown[])[0]), kind: 'dynamic' }
    default:
      return undefined
  }
}

function isCallOfRequire(node: Node): boolean {
  const callee = node['callee'] as Node
  return callee['type'] === 'Identifier' && callee['name'] === 'require'
}

function kind(declared: unknown): 'static' | 'type' {
  return declared === 'type' ? 'type' : 'static'
}

function text(node: unknown): string {
  const value = (node as Node | undefined)?.['value']
  return typeof value === 'string' ? value : computed
}

function* nodes(value: unknown): Generator<Node> {
  if (typeof value !== 'object' || value === null) return
  if ('type' in value) yield value as unknown as Node
  for (const child of Object.values(value)) yield* nodes(child)
}
