package dropin

// The codes of problems with a ConfigMap as such, whatever its kind.
const (
	// CodeUnknownKind: the label's value is no [Kind].
	CodeUnknownKind Code = "configmap/unknown-kind"
	// CodeTwoKinds: the labels of one ConfigMap ask for different kinds.
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
	// CodeCorrupt: a published file is not what its manifest says.
	CodeCorrupt Code = "configmap/corrupt"
	// CodeCheckFailed: the check itself failed, which is a bug of this project
	// or of a parser that it uses.
	CodeCheckFailed Code = "configmap/check-failed"
)

// The codes of problems with YAML, in whatever kind.
const (
	// CodeYAMLSyntax: the value is not YAML.
	CodeYAMLSyntax Code = "yaml/syntax"
	// CodeNotUTF8: the value is not UTF-8 text.
	CodeNotUTF8 Code = "yaml/not-utf8"
	// CodeEmpty: the value holds nothing, or comments only.
	CodeEmpty Code = "yaml/empty"
	// CodeSecondDocument: the value holds more than one YAML document.
	CodeSecondDocument Code = "yaml/second-document"
	// CodeDuplicateYAMLKey: one mapping sets a key twice.
	CodeDuplicateYAMLKey Code = "yaml/duplicate-key"
	// CodeUnknownField: the format has no such field.
	CodeUnknownField Code = "yaml/unknown-field"
	// CodeWrongType: a value is of another type than its field takes.
	CodeWrongType Code = "yaml/wrong-type"
	// CodeTooComplex: the document is nested, or grows by aliases, beyond reason.
	CodeTooComplex Code = "yaml/too-complex"
	// CodeAmbiguous: readers of YAML do not agree on what the document means.
	CodeAmbiguous Code = "yaml/ambiguous"
)

// The codes of problems with scrape jobs.
const (
	// CodeScrapeInvalid: Prometheus refuses the job for a reason that no other code names.
	CodeScrapeInvalid Code = "scrape/invalid"
	// CodeNoJobName: a job has no name.
	CodeNoJobName Code = "scrape/no-job-name"
	// CodeDuplicateJob: two jobs of one drop-in have the same name.
	CodeDuplicateJob Code = "scrape/duplicate-job"
	// CodeScrapeDuration: an interval or timeout is not a duration.
	CodeScrapeDuration Code = "scrape/bad-duration"
	// CodeTimeoutOverInterval: a scrape may take longer than the time to the next.
	CodeTimeoutOverInterval Code = "scrape/timeout-over-interval"
	// CodeBadRegex: a relabeling rule's regular expression does not compile.
	CodeBadRegex Code = "scrape/bad-regex"
	// CodeBadRelabel: a relabeling rule is not valid.
	CodeBadRelabel Code = "scrape/bad-relabel"
	// CodeBadTarget: a static target is not host:port, or its labels are not valid.
	CodeBadTarget Code = "scrape/bad-target"
	// CodeBadDiscovery: a discovery's settings are not valid.
	CodeBadDiscovery Code = "scrape/bad-discovery"
	// CodeUnknownDiscovery: the server has no such discovery.
	CodeUnknownDiscovery Code = "scrape/unknown-discovery"
	// CodeBadHTTPClient: authentication, TLS or proxy settings are not valid.
	CodeBadHTTPClient Code = "scrape/bad-http-client"
	// CodeSecretRef: a field refers to a secret manager, and the server has none.
	CodeSecretRef Code = "scrape/secret-ref"
	// CodeFileAccess: a tenant's job names files on the server.
	CodeFileAccess Code = "scrape/file-access"
	// CodeForeignNamespace: a tenant's job discovers another namespace.
	CodeForeignNamespace Code = "scrape/foreign-namespace"
	// CodeClusterDiscovery: a tenant's job discovers objects without a namespace.
	CodeClusterDiscovery Code = "scrape/cluster-discovery"
	// CodeServerIdentity: a tenant's discovery may act with the server's identity.
	CodeServerIdentity Code = "scrape/server-identity"
)

// The codes of problems with rule files.
const (
	// CodeRulesInvalid: Prometheus refuses the rules for a reason that no other code names.
	CodeRulesInvalid Code = "rules/invalid"
	// CodeNoGroupName: a group has no name.
	CodeNoGroupName Code = "rules/no-group-name"
	// CodeDuplicateGroup: two groups of one drop-in have the same name.
	CodeDuplicateGroup Code = "rules/duplicate-group"
	// CodeRuleDuration: an interval, offset or for is not a duration.
	CodeRuleDuration Code = "rules/bad-duration"
	// CodeNoExpression: a rule has no expression.
	CodeNoExpression Code = "rules/no-expression"
	// CodeBadExpression: an expression is not PromQL.
	CodeBadExpression Code = "rules/bad-expression"
	// CodeExpressionTooComplex: an expression is too large to be parsed in good time.
	CodeExpressionTooComplex Code = "rules/expression-too-complex"
	// CodeNoRuleName: a rule is neither an alert nor a recording.
	CodeNoRuleName Code = "rules/no-rule-name"
	// CodeTwoRuleNames: a rule is both an alert and a recording.
	CodeTwoRuleNames Code = "rules/two-rule-names"
	// CodeBadRecordName: a recorded series' name is not valid.
	CodeBadRecordName Code = "rules/bad-record-name"
	// CodeAlertOnlyField: a recording rule has a field of alerts.
	CodeAlertOnlyField Code = "rules/alert-only-field"
	// CodeBadRuleLabel: a label or annotation is not valid.
	CodeBadRuleLabel Code = "rules/bad-label"
	// CodeRuleNamespace: a rule looks at another namespace where that is enforced.
	CodeRuleNamespace Code = "rules/foreign-namespace"
	// CodeBadTemplate: a label's or annotation's template does not parse.
	CodeBadTemplate Code = "rules/bad-template"
)

// The codes of problems with dashboards.
const (
	// CodeDashboardJSON: the value is not JSON.
	CodeDashboardJSON Code = "dashboard/not-json"
	// CodeNotDashboard: the JSON is not a dashboard.
	CodeNotDashboard Code = "dashboard/not-a-dashboard"
	// CodeDashboardKey: Grafana would not read a file of that name.
	CodeDashboardKey Code = "dashboard/bad-key"
	// CodeBadUID: the dashboard's uid is not one that Grafana takes.
	CodeBadUID Code = "dashboard/bad-uid"
	// CodeBadFolder: the folder is not a relative path.
	CodeBadFolder Code = "dashboard/bad-folder"
	// CodeDuplicateUID: another dashboard has the same uid.
	CodeDuplicateUID Code = "dashboard/duplicate-uid"
	// CodeDuplicateTitle: another dashboard of the same folder has the same title.
	CodeDuplicateTitle Code = "dashboard/duplicate-title"
)

// The codes of problems with datasource files.
const (
	// CodeDatasourceInvalid: a datasource lacks what Grafana needs.
	CodeDatasourceInvalid Code = "datasource/invalid"
	// CodeDuplicateDatasource: another datasource has the same name or uid.
	CodeDuplicateDatasource Code = "datasource/duplicate"
	// CodeSecondDefault: another datasource is the default already.
	CodeSecondDefault Code = "datasource/second-default"
	// CodeExpansion: a tenant's datasource reads Grafana's environment or files.
	CodeExpansion Code = "datasource/expansion"
	// CodeDeletesDatasource: a tenant's file deletes datasources.
	CodeDeletesDatasource Code = "datasource/deletes"
	// CodeForeignOrganization: a tenant's datasource is for another organization than the first.
	CodeForeignOrganization Code = "datasource/foreign-organization"
)

// The codes of problems that only objects of monitoring.coreos.com have.
const (
	// CodeObjectInvalid: the Prometheus operator's own check refuses the object.
	CodeObjectInvalid Code = "object/invalid"
	// CodeMissingReference: a Secret or ConfigMap that the object refers to, or
	// the key in it, does not exist or cannot be read.
	CodeMissingReference Code = "object/missing-reference"
	// CodeOperatorVariable: the object uses a variable that an operator replaces.
	CodeOperatorVariable Code = "object/operator-variable"
)

// The codes of drop-ins that are too many for their namespace.
const (
	// CodeTooManyDropIns: the namespace has more drop-ins than it may.
	CodeTooManyDropIns Code = "limit/drop-ins"
	// CodeTooManyBytes: the namespace's drop-ins are larger than they may be.
	CodeTooManyBytes Code = "limit/bytes"
	// CodeTooManyJobs: the namespace has more scrape jobs than it may.
	CodeTooManyJobs Code = "limit/jobs"
	// CodeTooManyRules: the namespace has more rules than it may.
	CodeTooManyRules Code = "limit/rules"
)

// The codes of problems that only the server finds.
const (
	// CodeServerRefused: every check passed, and the server refused it all the
	// same. The sidecar reports it.
	CodeServerRefused Code = "server/refused"
)

// The codes of problems with fragments of Alertmanager's configuration.
const (
	// CodeAlertmanagerInvalid: Alertmanager refuses the fragment for a reason that no other code names.
	CodeAlertmanagerInvalid Code = "alertmanager/invalid"
	// CodeBadRoute: a route is not valid.
	CodeBadRoute Code = "alertmanager/bad-route"
	// CodeBadMatcher: a matcher of a route or an inhibition rule does not parse.
	CodeBadMatcher Code = "alertmanager/bad-matcher"
	// CodeBadReceiver: a receiver is not valid.
	CodeBadReceiver Code = "alertmanager/bad-receiver"
	// CodeBadInhibitRule: an inhibition rule is not valid.
	CodeBadInhibitRule Code = "alertmanager/bad-inhibit-rule"
	// CodeBadTimeInterval: a time interval is not valid.
	CodeBadTimeInterval Code = "alertmanager/bad-time-interval"
	// CodeUndefinedReceiver: a route names a receiver that there is not, or not for everybody.
	CodeUndefinedReceiver Code = "alertmanager/undefined-receiver"
	// CodeUndefinedTimeInterval: a route names a time interval that there is not.
	CodeUndefinedTimeInterval Code = "alertmanager/undefined-time-interval"
	// CodeDuplicateName: two receivers, or two time intervals, of one drop-in have the same name.
	CodeDuplicateName Code = "alertmanager/duplicate-name"
	// CodeBadNotification: a notification template does not parse.
	CodeBadNotification Code = "alertmanager/bad-template"
	// CodeDuplicateTemplate: another drop-in, or Alertmanager itself, defines a template of the same name.
	CodeDuplicateTemplate Code = "alertmanager/duplicate-template"
	// CodeAlertmanagerHTTPClient: a receiver's authentication, TLS or proxy settings are not valid.
	CodeAlertmanagerHTTPClient Code = "alertmanager/bad-http-client"
	// CodeAlertmanagerFile: a tenant's fragment names files beside Alertmanager.
	CodeAlertmanagerFile Code = "alertmanager/file-access"
	// CodeAlertmanagerIdentity: a tenant's receiver acts with the identity of Alertmanager.
	CodeAlertmanagerIdentity Code = "alertmanager/server-identity"
	// CodeGlobalSecret: a tenant's receiver would send a secret of the base configuration to an address of its own.
	CodeGlobalSecret Code = "alertmanager/global-secret"
)
