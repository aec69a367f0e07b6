package dropin

// The codes of problems with a ConfigMap as such, whatever its kind.
const (
	// CodeUnknownKind: the label's value is no [Kind].
	CodeUnknownKind Code = "configmap/unknown-kind"
	// CodeTwoKinds: two labels of the ConfigMap ask for different kinds.
	CodeTwoKinds Code = "configmap/two-kinds"
	// CodeBadKey: the key is not a plain file name.
	CodeBadKey Code = "configmap/bad-key"
	// CodeNameTooLong: the Ref makes a file name longer than file systems allow.
	CodeNameTooLong Code = "configmap/name-too-long"
	// CodeDuplicateKey: one key is in both data and binaryData.
	CodeDuplicateKey Code = "configmap/duplicate-key"
	// CodeDuplicateRef: two drop-ins have the same Ref.
	CodeDuplicateRef Code = "configmap/duplicate-ref"
	// CodeBadGzip: the value begins as gzip does and cannot be decompressed.
	CodeBadGzip Code = "configmap/bad-gzip"
	// CodeTooLarge: the value is larger than the policy allows.
	CodeTooLarge Code = "configmap/too-large"
	// CodeCheckFailed: the check itself failed, which is a bug of this project
	// or of a parser it uses.
	CodeCheckFailed Code = "configmap/check-failed"
)

// The codes of problems with the YAML of any kind.
const (
	// CodeYAMLSyntax: the value is not YAML.
	CodeYAMLSyntax Code = "yaml/syntax"
)

// The codes of problems with scrape jobs.
const (
	// CodeScrapeInvalid: Prometheus refuses the job for a reason that no other code names.
	CodeScrapeInvalid Code = "scrape/invalid"
	// CodeDuplicateJob: two jobs of one drop-in have the same name.
	CodeDuplicateJob Code = "scrape/duplicate-job"
)

// The codes of problems with rule files.
const (
	// CodeRulesInvalid: Prometheus refuses the rules for a reason that no other code names.
	CodeRulesInvalid Code = "rules/invalid"
)
