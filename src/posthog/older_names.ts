import { OptionReader } from "../options/reader.ts";

/** Takes an option by the name that it has in other SDKs, where the option itself can't be used. */
export class OlderNamesReader extends OptionReader {
  override list<T>(
    option: string,
    expected: string,
    isItem: (item: unknown) => boolean,
    toItems?: (value: unknown) => unknown[] | undefined,
  ): readonly T[] | undefined {
    const given = super.list<T>(option, expected, isItem, toItems);
    if (option !== "beforeSend") return given;
    // Asked for in any case, so that it is not refused as nobody's.
    const older = super.list<T>("before_send", expected, isItem, toItems);
    return this.#choose(option, given, "before_send", older);
  }

  override withMethods<T>(
    option: string,
    methods: readonly string[],
  ): T | undefined {
    const given = super.withMethods<T>(option, methods);
    if (option !== "flagDefinitionCache") return given;
    const older = super.withMethods<T>("flagDefinitionCacheProvider", methods);
    return this.#choose(option, given, "flagDefinitionCacheProvider", older);
  }

  #choose<T>(option: string, given: T, olderName: string, older: T): T {
    if (given && older) {
      this.notes.push(
        `Option '${olderName}' is ignored: '${option}' is given too`,
      );
    }
    return given ?? older;
  }
}
