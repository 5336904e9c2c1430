package httpapitest

import "warmtransfer/shared/httpapi"

// SignIn is how the site's tokens name an agent.
var SignIn = httpapi.SignIn{Claim: "username"}

// Supervision is SignIn for a function that asks who is a supervisor.
var Supervision = httpapi.SignIn{Claim: "username", Groups: "cognito:groups", Supervisors: "supervisor"}
