/** One value of a stack's configuration, as it stands in the file. */
export interface ConfigEntry {
  /** `talos:host` */
  readonly key: string;
  /** Text, or the JSON of a structure. Of a secret: never read here. */
  readonly value: string;
  /** Encrypted, or said to be secret by the engine. */
  readonly secret: boolean;
  /** Line in the file, where it is known. */
  readonly line?: number;
  /** What stands in the file as a number or a date, and is another text once it was read: `0123456` of 42798. By path within the value, '' for itself. */
  readonly changed?: Readonly<Record<string, string>>;
}

/** The configuration of one stack, wherever it came from. */
export interface ConfigSource {
  /** Pulumi project. */
  readonly project: string;
  /** Pulumi stack, without organization and project: the environment. */
  readonly stack: string;
  /** `Pulumi.dev.yaml` */
  readonly file: string;
  readonly entries: readonly ConfigEntry[];
}
