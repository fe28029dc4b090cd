/** A type as `deno doc --json` writes it; `value` depends on `kind`. */
export interface DocType {
  readonly kind: string;
  readonly repr?: string;
  // deno-lint-ignore no-explicit-any -- another program's JSON, read in this one file
  readonly value?: any;
}

/** A parameter of a function; which fields there are depends on `kind`. */
export interface DocParam {
  readonly kind: string;
  readonly name?: string;
  readonly optional?: boolean;
  readonly tsType?: DocType;
  readonly left?: DocParam;
  readonly arg?: DocParam;
}

/** A type parameter. */
export interface DocTypeParam {
  readonly name: string;
  readonly constraint?: DocType;
  readonly default?: DocType;
}

/** Anything that is called. */
export interface DocCallable {
  readonly params?: readonly DocParam[];
  readonly typeParams?: readonly DocTypeParam[];
  readonly returnType?: DocType;
}

/** A member of a class, an interface or a type literal. */
export interface DocMember extends DocCallable {
  readonly name?: string;
  readonly kind?: string;
  readonly tsType?: DocType;
  readonly functionDef?: DocCallable;
  readonly readonly?: boolean;
  readonly optional?: boolean;
  readonly isStatic?: boolean;
  readonly isAbstract?: boolean;
  readonly accessibility?: string;
}

/** What has members. */
export interface DocMembers {
  readonly properties?: readonly DocMember[];
  readonly methods?: readonly DocMember[];
  readonly constructors?: readonly DocMember[];
  readonly callSignatures?: readonly DocMember[];
  readonly indexSignatures?: readonly DocMember[];
}

/** A type as TypeScript writes it, on one line. */
export function writeType(type: DocType | undefined): string {
  if (type === undefined) return "unknown";
  const { kind, value, repr = "" } = type;
  switch (kind) {
    case "literal":
      return writeLiteral(value);
    case "typeRef":
      return value.typeName + writeTypes(value.typeParams);
    case "union":
      return value.map(writeType).toSorted().join(" | ");
    case "intersection":
      return value.map(writeType).join(" & ");
    case "array":
      return `${writeType(value)}[]`;
    case "tuple":
      return `[${value.map(writeType).join(", ")}]`;
    case "parenthesized":
      return `(${writeType(value)})`;
    case "typeOperator":
      return `${value.operator} ${writeType(value.tsType)}`;
    case "typeQuery":
      return `typeof ${repr}`;
    case "fnOrConstructor":
      return `${value.constructor === true ? "new " : ""}${
        writeParams(value)
      } => ${writeType(value.tsType)}`;
    case "indexedAccess":
      return `${writeType(value.objType)}[${writeType(value.indexType)}]`;
    case "conditional":
      return `${writeType(value.checkType)} extends ${
        writeType(value.extendsType)
      } ? ${writeType(value.trueType)} : ${writeType(value.falseType)}`;
    case "infer":
      return `infer ${writeTypeParam(value.typeParam)}`;
    case "mapped":
      return `{ ${
        value.readonly ? "readonly " : ""
      }[${value.typeParam.name} in ${writeType(value.typeParam.constraint)}]${
        value.optional ? "?" : ""
      }: ${writeType(value.tsType)} }`;
    case "importType":
      return `import("${value.specifier}").${value.qualifier ?? ""}${
        writeTypes(value.typeParams)
      }`;
    case "typeLiteral": {
      const members = writeMembers(value);
      return members.length === 0 ? "{}" : `{ ${members.join("; ")} }`;
    }
    default:
      // Keywords, `this` and type predicates are complete in their own words.
      return repr;
  }
}

// deno-lint-ignore no-explicit-any -- see DocType
function writeLiteral(value: any): string {
  if (value.kind === "string") return JSON.stringify(value.string);
  if (value.kind === "bigInt") return `${value.string}n`;
  if (value.kind !== "template") return String(value[value.kind]);
  const parts = value.tsTypes.map((part: DocType) =>
    part.kind === "literal" ? part.value.string : `\${${writeType(part)}}`
  );
  return `\`${parts.join("")}\``;
}

function writeTypes(types: readonly DocType[] | undefined): string {
  return types === undefined || types.length === 0
    ? ""
    : `<${types.map(writeType).join(", ")}>`;
}

function writeTypeParam(
  { name, constraint, default: fallback }: DocTypeParam,
): string {
  const bound = constraint === undefined
    ? ""
    : ` extends ${writeType(constraint)}`;
  return `${name}${bound}${
    fallback === undefined ? "" : ` = ${writeType(fallback)}`
  }`;
}

/** `<T extends string>`, or nothing. */
export function writeTypeParams(
  params: readonly DocTypeParam[] | undefined,
): string {
  return params === undefined || params.length === 0
    ? ""
    : `<${params.map(writeTypeParam).join(", ")}>`;
}

/** `(a: string, b?: number)`. */
export function writeParams({ params = [], typeParams }: DocCallable): string {
  return `${writeTypeParams(typeParams)}(${params.map(writeParam).join(", ")})`;
}

function writeParam(param: DocParam): string {
  if (param.kind === "assign" && param.left !== undefined) {
    return writeParam({ ...param.left, optional: true });
  }
  if (param.kind === "rest") {
    return `...${param.arg?.name ?? "_"}: ${writeType(param.tsType)}`;
  }
  return `${param.name ?? "_"}${param.optional ? "?" : ""}: ${
    writeType(param.tsType)
  }`;
}

/** A member a string: `readonly name?: type` or `name(params): type`. Private members are nobody's API. */
export function writeMembers(owner: DocMembers): string[] {
  const properties = visible(owner.properties).map((member) =>
    `${modifiers(member)}${member.name}${member.optional ? "?" : ""}: ${
      writeType(member.tsType)
    }`
  );
  const methods = visible(owner.methods).map((member) => {
    const { name, optional, kind } = member;
    const callable = member.functionDef ?? member;
    const prefix = kind === "getter" ? "get " : kind === "setter" ? "set " : "";
    const result = kind === "setter"
      ? ""
      : `: ${writeType(callable.returnType)}`;
    return `${modifiers(member)}${prefix}${name}${optional ? "?" : ""}${
      writeParams(callable)
    }${result}`;
  });
  const constructors = visible(owner.constructors).map((member) =>
    `new ${writeParams(member)}${
      member.returnType === undefined ? "" : `: ${writeType(member.returnType)}`
    }`
  );
  const calls = (owner.callSignatures ?? []).map((member) =>
    `${writeParams(member)}: ${writeType(member.tsType)}`
  );
  const indexes = (owner.indexSignatures ?? []).map((member) =>
    `${modifiers(member)}[${
      (member.params ?? []).map(writeParam).join(", ")
    }]: ${writeType(member.tsType)}`
  );
  return [...properties, ...methods, ...constructors, ...calls, ...indexes];
}

function visible(members: readonly DocMember[] = []): readonly DocMember[] {
  return members.filter(({ accessibility }) => accessibility !== "private");
}

function modifiers(
  { accessibility, isStatic, isAbstract, readonly }: DocMember,
): string {
  const words = [
    accessibility,
    isStatic && "static",
    isAbstract && "abstract",
    readonly && "readonly",
  ];
  return words.filter(Boolean).map((word) => `${word} `).join("");
}
