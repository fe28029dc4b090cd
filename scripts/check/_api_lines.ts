import {
  type DocCallable,
  type DocMembers,
  type DocType,
  type DocTypeParam,
  writeMembers,
  writeParams,
  writeType,
  writeTypeParams,
} from "./_api_types.ts";

/** What a declaration defines; which fields there are depends on its kind. */
interface DocDefinition extends DocMembers, DocCallable {
  readonly tsType?: DocType;
  readonly typeParams?: readonly DocTypeParam[];
  readonly isAbstract?: boolean;
  /** A class has a name here, an interface types. */
  readonly extends?: string | readonly DocType[];
  readonly superTypeParams?: readonly DocType[];
  readonly implements?: readonly DocType[];
}

/** One exported name. */
export interface DocSymbol {
  readonly name: string;
  readonly declarations: readonly {
    readonly kind: string;
    readonly declarationKind: string;
    readonly jsDoc?: { readonly tags?: readonly { readonly kind: string }[] };
    readonly def?: DocDefinition;
  }[];
}

/** The lines of a symbol: itself, and each member behind its name and a dot. */
export function linesOf({ name, declarations }: DocSymbol): string[] {
  return declarations.filter(({ declarationKind }) =>
    declarationKind === "export"
  ).flatMap((declaration) => {
    const { kind, jsDoc, def = {} } = declaration;
    const marks = (jsDoc?.tags ?? []).map((tag) => tag.kind).filter((tag) =>
      MARKS.has(tag)
    );
    const suffix = marks.length === 0
      ? ""
      : `  @${marks.toSorted().join(" @")}`;
    const members = kind === "class" || kind === "interface"
      ? writeMembers(def)
      : [];
    return [
      `${name}: ${head(kind, def)}${suffix}`,
      ...members.map((member) => `${name}.${member}`),
    ];
  });
}

/** Tags that change what a user may rely on. */
const MARKS: ReadonlySet<string> = new Set([
  "deprecated",
  "experimental",
  "internal",
]);

function head(kind: string, def: DocDefinition): string {
  switch (kind) {
    case "function":
      return `function ${writeParams(def)}: ${writeType(def.returnType)}`;
    case "variable":
      return `const ${writeType(def.tsType)}`;
    case "typeAlias":
      return `type${writeTypeParams(def.typeParams)} = ${
        writeType(def.tsType)
      }`;
    case "class":
    case "interface":
      return `${def.isAbstract ? "abstract " : ""}${kind}${
        writeTypeParams(def.typeParams)
      }${heritage(def)}`;
    default:
      return kind;
  }
}

function heritage(def: DocDefinition): string {
  const { superTypeParams = [], implements: interfaces = [] } = def;
  const bases = typeof def.extends === "string"
    ? [
      def.extends + (superTypeParams.length === 0
        ? ""
        : `<${superTypeParams.map(writeType).join(", ")}>`),
    ]
    : (def.extends ?? []).map(writeType);
  const parts = [
    bases.length === 0 ? "" : ` extends ${bases.join(", ")}`,
    interfaces.length === 0
      ? ""
      : ` implements ${interfaces.map(writeType).join(", ")}`,
  ];
  return parts.join("");
}
