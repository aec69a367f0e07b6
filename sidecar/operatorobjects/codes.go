package operatorobjects

// remedyTrust names the value that lifts a restriction of tenants.
const remedyTrust = "The platform team can allow it by listing the namespace in the chart value dropIns.trustedNamespaces."
