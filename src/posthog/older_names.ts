import { OptionReader } from "../options/reader.ts";

/** Names that options have in other SDKs. */
const OLDER_NAMES: Readonly<Record<string, string>> = {
  beforeSend: "before_send",
  flagDefinitionCache: "flagDefinitionCacheProvider",
};

type ListKind = Parameters<OptionReader["list"]> extends [string, ...infer Kind]
  ? Kind
  : never;

/** Takes an option by its older name where the option itself can't be used. */
export class OlderNamesReader extends OptionReader {
  override list<T>(
    option: string,
    ...kind: ListKind
  ): readonly T[] | undefined {
    return this.#readBoth(option, (name) => super.list<T>(name, ...kind));
  }

  override withMethods<T>(
    option: string,
    methods: readonly string[],
  ): T | undefined {
    return this.#readBoth(
      option,
      (name) => super.withMethods<T>(name, methods),
    );
  }

  /** The older name is asked for in any case, so that nobody else refuses it. */
  #readBoth<T>(
    option: string,
    read: (name: string) => T | undefined,
  ): T | undefined {
    const value = read(option);
    const older = OLDER_NAMES[option];
    const other = older ? read(older) : undefined;
    return value ?? other;
  }
}
