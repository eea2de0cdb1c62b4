/** What was asked on the command line. */
export interface PreviewOptions {
  readonly env: string;
  readonly system?: string;
  readonly part?: string;
  readonly all: boolean;
  readonly json: boolean;
  readonly watch: boolean;
}
