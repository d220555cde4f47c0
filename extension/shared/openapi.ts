/**
 * The app's HTTP API: generated from `GET /api/openapi.json` by `make docs`.
 *
 * @packageDocumentation
 */
export interface paths {
    "/agents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the agents with their models and defaults, whether each is available, and why not. */
        get: operations["listAgents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/boards/agents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the agents, as `GET /api/agents` does, for a person who signed in. */
        get: operations["listBoardsAgents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/boards/repositories": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the repositories that PROJECT_REPO_MAP has for the project. */
        get: operations["listBoardsRepositories"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/boards/runs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the newest runs of a work item, newest first. */
        get: operations["listBoardsRuns"];
        put?: never;
        /** Start a run of a work item, requested by the person; the same header and body as `POST /api/runs`. */
        post: operations["createBoardsRun"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/boards/runs/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Show a run of a work item that the person may see. */
        get: operations["showBoardsRun"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/boards/runs/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Cancel a run that has not begun to publish, for a person who may contribute to its repository. */
        post: operations["cancelBoardsRun"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/boards/runs/{id}/log": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Return the log of a run, which shows files of its repository, to a person who may read them. */
        get: operations["readBoardsLog"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/boards/runs/{id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Start a new run with the request of an ended run, publishing or completing what it left. */
        post: operations["retryBoardsRun"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/boards/templates": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the names of the app's prompt templates. */
        get: operations["listBoardsTemplates"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the deliveries that failed and are tried again, or with `status=pending` those under way. */
        get: operations["listDeliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/deliveries/{deliveryId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Show what came of a delivery: the run that it started, or why it started none. */
        get: operations["showDelivery"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/doctor": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Check identity, permissions, Key Vault, storage and quota; 200 when all checks pass, else 503. */
        get: operations["examine"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Return 200 when the settings are valid, else 503 with every mistake. */
        get: operations["health"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/hooks/azure-devops": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Accept a verified delivery; `GET /api/deliveries/{deliveryId}` says what came of it. */
        post: operations["azureDevopsHook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/hooks/subscriptions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the service hook subscriptions to create in each project, without key and password. */
        get: operations["listHookSubscriptions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Return the OpenAPI document of all routes. */
        get: operations["openapiDocument"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/runs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List runs, newest first; filter with `workItemId`, `project`, `repository`, `status` and `top`. */
        get: operations["listRuns"];
        put?: never;
        /** Start a run; with the header `Idempotency-Key`, a repeat returns the same run. */
        post: operations["createRun"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/runs/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Show a run: its phase, times, outcome, pull request, usage and links. */
        get: operations["showRun"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/runs/{id}/callback": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Let the run look at what its containers wrote; a repeat gets the same response, even after the end. */
        post: operations["runCallback"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/runs/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Cancel a run that has not begun to publish; a repeat is not an error. */
        post: operations["cancelRun"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/runs/{id}/log": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Return the log from byte `offset` on, one line per event; with `raw=true` the agent's own output. */
        get: operations["readLog"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/runs/{id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Start a new run with the request of an ended run; it publishes a kept result, or completes a draft. */
        post: operations["retryRun"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * AgentEntry
         * @description An agent, and whether a run can use it.
         */
        AgentEntry: {
            agentType: string;
            available: boolean;
            defaultModel: string;
            description: string;
            isDefault: boolean;
            models: string[];
            name: string;
            provider: string;
            /** @description why it is not available; empty when it is */
            reason: string;
            /** @description name of the secret in Key Vault that holds the provider's key */
            secret: string;
            /** @enum {string} */
            secretState: "present" | "missing" | "forbidden";
        };
        /**
         * AgentList
         * @description All agents of the app.
         */
        AgentList: {
            count: number;
            /** @description the `agentType` of DEFAULT_AGENT */
            default: string;
            value: components["schemas"]["AgentEntry"][];
        };
        /**
         * Budget
         * @description How much a run may use; a missing part means the setting's ceiling.
         */
        Budget: {
            /**
             * @description minutes of the agent's work
             * @default null
             */
            minutes?: number | null;
            /**
             * @description input plus output tokens
             * @default null
             */
            tokens?: number | null;
            /**
             * @description model calls that offer tools
             * @default null
             */
            turns?: number | null;
            /**
             * @description US dollars of model calls
             * @default null
             */
            usd?: number | null;
        };
        /**
         * CallbackAnswer
         * @description The run's orchestration has been told, or has ended already.
         */
        CallbackAnswer: {
            /** @constant */
            status: "accepted";
        };
        /**
         * DeliveryList
         * @description Deliveries with one status, oldest first.
         */
        DeliveryList: {
            count: number;
            value: components["schemas"]["DeliveryRecord"][];
        };
        /**
         * DeliveryRecord
         * @description A delivery that was accepted, and what came of it; a `failed` one is tried again.
         */
        DeliveryRecord: {
            /**
             * @description the reason as a code for programs
             * @default
             */
            code?: string;
            id: string;
            organization: string;
            project: string;
            /** @default  */
            reason?: string;
            /** @description ISO 8601, UTC */
            receivedAt: string;
            /**
             * @description the run that it started, or that was in its way
             * @default null
             */
            runId?: string | null;
            /** @enum {string} */
            status: "pending" | "started" | "duplicate" | "skipped" | "failed";
            /** @description how often it was tried to take it */
            tries: number;
            workItemId: number;
        };
        /**
         * DoctorCheck
         * @description One check of the doctor; the message of a failed one says what to do.
         */
        DoctorCheck: {
            message: string;
            name: string;
            ok: boolean;
        };
        /**
         * DoctorReport
         * @description All checks of the doctor; `attention` when one of them failed.
         */
        DoctorReport: {
            checks: components["schemas"]["DoctorCheck"][];
            /** @enum {string} */
            status: "ok" | "attention";
        };
        /**
         * ErrorAnswer
         * @description Any error.
         */
        ErrorAnswer: {
            error: components["schemas"]["ErrorContent"];
        };
        /**
         * ErrorContent
         * @description A code for programs, a message for people, and details.
         */
        ErrorContent: {
            code: string;
            details: components["schemas"]["ErrorDetails"];
            message: string;
        };
        /**
         * ErrorDetails
         * @description What a program may need to know about an error; which fields are sent depends on its code.
         */
        ErrorDetails: {
            /**
             * @description search the app's log for it
             * @default
             */
            id?: string;
            /**
             * @description every mistake in the request
             * @default []
             */
            problems?: components["schemas"]["FieldProblem"][];
            /**
             * @description the run that is in progress
             * @default null
             */
            runId?: string | null;
        };
        /**
         * FieldProblem
         * @description One mistake in a request: the field, and a message about it.
         */
        FieldProblem: {
            field: string;
            message: string;
        };
        /**
         * HealthAnswer
         * @description The app is up, and its settings are valid.
         */
        HealthAnswer: {
            /** @constant */
            status: "ok";
        };
        /**
         * HookAnswer
         * @description Whether a verified delivery was accepted; `GET /api/deliveries/{deliveryId}` says what came of it.
         */
        HookAnswer: {
            /**
             * @description the reason as a code for programs
             * @default
             */
            code?: string;
            /**
             * @description of a delivery that was accepted
             * @default null
             */
            deliveryId?: string | null;
            /**
             * @description why a delivery was skipped
             * @default
             */
            reason?: string;
            /** @enum {string} */
            status: "accepted" | "skipped";
        };
        /**
         * HookConsumerInputs
         * @description Where a service hook delivers, without the key and the password.
         */
        HookConsumerInputs: {
            basicAuthUsername: string;
            detailedMessagesToSend: string;
            messagesToSend: string;
            resourceDetailsToSend: string;
            url: string;
        };
        /**
         * HookSubscription
         * @description A service hook subscription that the app needs in each project, in the form of Azure DevOps.
         */
        HookSubscription: {
            consumerActionId: string;
            consumerId: string;
            consumerInputs: components["schemas"]["HookConsumerInputs"];
            description: string;
            eventType: string;
            publisherId: string;
            /** @description filters; the creator adds projectId */
            publisherInputs: {
                [key: string]: string;
            };
            resourceVersion: string;
        };
        /**
         * HookSubscriptionList
         * @description All service hook subscriptions that the app needs in each project.
         */
        HookSubscriptionList: {
            count: number;
            value: components["schemas"]["HookSubscription"][];
        };
        JsonValue: unknown;
        /**
         * LogPart
         * @description A part of a run's log.
         */
        LogPart: {
            /** @description whether the run has ended and its log has no next part */
            complete: boolean;
            /** @description byte offset of the next part */
            nextOffset: number;
            text: string;
        };
        /**
         * OpenApiDocument
         * @description An OpenAPI document: https://spec.openapis.org/oas/v3.1.0.
         */
        OpenApiDocument: {
            components: {
                [key: string]: components["schemas"]["JsonValue"];
            };
            info: {
                [key: string]: components["schemas"]["JsonValue"];
            };
            openapi: string;
            paths: {
                [key: string]: components["schemas"]["JsonValue"];
            };
            servers: {
                [key: string]: components["schemas"]["JsonValue"];
            }[];
            tags: {
                [key: string]: components["schemas"]["JsonValue"];
            }[];
        };
        /**
         * RepositoryEntry
         * @description A repository that a run of a project may work on.
         */
        RepositoryEntry: {
            /** @description whether a request that names none gets this one */
            isDefault: boolean;
            name: string;
        };
        /**
         * RepositoryList
         * @description The repositories that PROJECT_REPO_MAP lists for a project.
         */
        RepositoryList: {
            count: number;
            /** @description false: the map has no entry, and a request may name any repository of the project */
            isMapped: boolean;
            value: components["schemas"]["RepositoryEntry"][];
        };
        /**
         * RunBody
         * @description The request for a run; `workItemId` or `userPrompt` is required.
         *
         *     Types are strict: `"5"` is not a number, and 1 is not `true`.
         */
        RunBody: {
            /** @default null */
            additionalContext?: string | null;
            /** @default null */
            agentType?: string | null;
            /**
             * Source branch
             * @default null
             */
            baseBranch?: string | null;
            /**
             * @default {
             *       "minutes": null,
             *       "usd": null,
             *       "tokens": null,
             *       "turns": null
             *     }
             */
            budget?: components["schemas"]["Budget"];
            /** @default null */
            containerImage?: string | null;
            /** @default true */
            createPullRequest?: boolean;
            /** @default null */
            draft?: boolean | null;
            /** @default [] */
            labels?: string[];
            /** @default null */
            model?: string | null;
            /** @default null */
            organization?: string | null;
            /** @default null */
            project?: string | null;
            /** @default null */
            repository?: string | null;
            /** @default [] */
            reviewers?: string[];
            /** @default null */
            sourceBranchPrefix?: string | null;
            /** @default null */
            systemPrompt?: string | null;
            /** @default null */
            targetBranch?: string | null;
            /** @default null */
            template?: string | null;
            /** @default null */
            userPrompt?: string | null;
            /** @default null */
            workItemId?: number | null;
        };
        /**
         * RunLinks
         * @description The URLs of a run and its actions.
         */
        RunLinks: {
            cancel: string;
            log: string;
            retry: string;
            self: string;
        };
        /**
         * RunList
         * @description Runs, newest first.
         */
        RunList: {
            /**
             * @description query parameter for the next part, which may be empty; the last part has none
             * @default null
             */
            continuationToken?: string | null;
            /** @description of the runs in this part of the list */
            count: number;
            value: components["schemas"]["RunRecord"][];
        };
        /**
         * RunRecord
         * @description A row of table `runs`, as the routes of runs return it.
         */
        RunRecord: {
            /** @default  */
            agentType?: string;
            /** @default  */
            branch?: string;
            /**
             * @description how a model call failed that ended the agent's work: key_refused, no_credit, quota, model_unknown, context_too_long, overloaded, content_refused, network, rejected; left out if that is not why
             * @default
             */
            cause?: string;
            /** @default  */
            endedAt?: string;
            id: string;
            /** @default null */
            links?: components["schemas"]["RunLinks"] | null;
            /** @default  */
            model?: string;
            organization: string;
            /** @description when each phase began */
            phases?: {
                [key: string]: string;
            };
            project: string;
            /** @default null */
            pullRequestId?: number | null;
            /** @default  */
            pullRequestUrl?: string;
            queuedAt: string;
            /** @default  */
            reason?: string;
            repository: string;
            /** @default  */
            requestedBy?: string;
            /** @default  */
            source?: string;
            /** @default  */
            startedAt?: string;
            /** @enum {string} */
            status: "queued" | "preparing" | "provisioning" | "running" | "verifying" | "publishing" | "reporting" | "completed" | "no_changes" | "needs_info" | "refused" | "branch_moved" | "budget_spent" | "timed_out" | "interrupted" | "cancelled" | "failed";
            /** @default  */
            title?: string;
            /**
             * @default {
             *       "inputTokens": 0,
             *       "cachedTokens": 0,
             *       "outputTokens": 0,
             *       "turns": 0,
             *       "costUsd": null,
             *       "models": []
             *     }
             */
            usage?: components["schemas"]["Usage"];
            /** @default null */
            workItemId?: number | null;
            /** @default  */
            workItemUrl?: string;
        };
        /**
         * RunReference
         * @description A run that was accepted, and whose record cannot be read yet.
         */
        RunReference: {
            id: string;
            links: components["schemas"]["RunLinks"];
        };
        /**
         * TemplateList
         * @description The names of the app's prompt templates; a repository may have further ones.
         */
        TemplateList: {
            count: number;
            value: string[];
        };
        /**
         * Usage
         * @description Tokens, turns and cost as the gateway counted them; the cost is None when a model had no price.
         */
        Usage: {
            /** @default 0 */
            cachedTokens?: number;
            /** @default null */
            costUsd?: number | null;
            /**
             * @description without cached tokens
             * @default 0
             */
            inputTokens?: number;
            /** @default [] */
            models?: string[];
            /** @default 0 */
            outputTokens?: number;
            /** @default 0 */
            turns?: number;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type AgentEntry = components['schemas']['AgentEntry'];
export type AgentList = components['schemas']['AgentList'];
export type Budget = components['schemas']['Budget'];
export type CallbackAnswer = components['schemas']['CallbackAnswer'];
export type DeliveryList = components['schemas']['DeliveryList'];
export type DeliveryRecord = components['schemas']['DeliveryRecord'];
export type DoctorCheck = components['schemas']['DoctorCheck'];
export type DoctorReport = components['schemas']['DoctorReport'];
export type ErrorAnswer = components['schemas']['ErrorAnswer'];
export type ErrorContent = components['schemas']['ErrorContent'];
export type ErrorDetails = components['schemas']['ErrorDetails'];
export type FieldProblem = components['schemas']['FieldProblem'];
export type HealthAnswer = components['schemas']['HealthAnswer'];
export type HookAnswer = components['schemas']['HookAnswer'];
export type HookConsumerInputs = components['schemas']['HookConsumerInputs'];
export type HookSubscription = components['schemas']['HookSubscription'];
export type HookSubscriptionList = components['schemas']['HookSubscriptionList'];
export type JsonValue = components['schemas']['JsonValue'];
export type LogPart = components['schemas']['LogPart'];
export type OpenApiDocument = components['schemas']['OpenApiDocument'];
export type RepositoryEntry = components['schemas']['RepositoryEntry'];
export type RepositoryList = components['schemas']['RepositoryList'];
export type RunBody = components['schemas']['RunBody'];
export type RunLinks = components['schemas']['RunLinks'];
export type RunList = components['schemas']['RunList'];
export type RunRecord = components['schemas']['RunRecord'];
export type RunReference = components['schemas']['RunReference'];
export type TemplateList = components['schemas']['TemplateList'];
export type Usage = components['schemas']['Usage'];
export type $defs = Record<string, never>;
export interface operations {
    listAgents: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentList"];
                };
            };
            /** @description The function key is missing or wrong and the body is empty, or other credentials are. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description An error that a person must correct. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"];
                };
            };
            /** @description The app is not available or not configured. */
            503: {
                headers: {
                    /** @description seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"];
                };
            };
        };
    };
    listBoardsAgents: {
        parameters: {
            query?: {
                organization?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentList"];
                };
            };
            /** @description The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"] & {
                        error?: {
                            /** @enum {unknown} */
                            code?: "invalid_query";
                        };
                    };
                };
            };
            /** @description The token is missing or wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"] & {
                        error?: {
                            /** @enum {unknown} */
                            code?: "not_signed_in";
                        };
                    };
                };
            };
            /** @description An error that a person must correct. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"];
                };
            };
            /** @description The app is not available or not configured. */
            503: {
                headers: {
                    /** @description seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"];
                };
            };
        };
    };
    listBoardsRepositories: {
        parameters: {
            query: {
                organization: string;
                project: string;
                workItemId?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RepositoryList"];
                };
            };
            /** @description The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"] & {
                        error?: {
                            /** @enum {unknown} */
                            code?: "invalid_query";
                        };
                    };
                };
            };
            /** @description The token is missing or wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"] & {
                        error?: {
                            /** @enum {unknown} */
                            code?: "not_signed_in";
                        };
                    };
                };
            };
            /** @description The settings or the caller's permissions do not allow this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"] & {
                        error?: {
                            /** @enum {unknown} */
                            code?: "not_visible";
                        };
                    };
                };
            };
            /** @description An error that a person must correct. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"];
                };
            };
            /** @description The app is not available or not configured. */
            503: {
                headers: {
                    /** @description seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"];
                };
            };
        };
    };
    listBoardsRuns: {
        parameters: {
            query: {
                organization: string;
                /** @description at most 200 are listed */
                top?: number;
                workItemId: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunList"];
                };
            };
            /** @description The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"] & {
                        error?: {
                            /** @enum {unknown} */
                            code?: "invalid_query";
                        };
                    };
                };
            };
            /** @description The token is missing or wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"] & {
                        error?: {
                            /** @enum {unknown} */
                            code?: "not_signed_in";
                        };
                    };
                };
            };
            /** @description The settings or the caller's permissions do not allow this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"] & {
                        error?: {
                            /** @enum {unknown} */
                            code?: "not_visible";
                        };
                    };
                };
            };
            /** @description An error that a person must correct. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"];
                };
            };
            /** @description The app is not available or not configured. */
            503: {
                headers: {
                    /** @description seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"];
                };
            };
        };
    };
    createBoardsRun: {
        parameters: {
            query?: never;
            header?: {
                /** @description A repeat with the same key returns the same run. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RunBody"];
            };
        };
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    /** @description the run's own URL */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunRecord"] | components["schemas"]["RunReference"];
                };
            };
            /** @description The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"] & {
                        error?: {
                            /** @enum {unknown} */
                            code?: "not_json" | "invalid_request";
                        };
                    };
                };
            };
            /** @description The token is missing or wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"] & {
                        error?: {
                            /** @enum {unknown} */
                            code?: "not_signed_in";
                        };
                    };
                };
            };
            /** @description The settings or the caller's permissions do not allow this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"] & {
                        error?: {
                            /** @enum {unknown} */
                            code?: "not_allowed" | "not_visible" | "not_contributor";
                        };
                    };
                };
            };
            /** @description The state of the run does not allow this. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"] & {
                        error?: {
                            /** @enum {unknown} */
                            code?: "run_active";
                        };
                    };
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"] & {
                        error?: {
                            /** @enum {unknown} */
                            code?: "body_too_large";
                        };
                    };
                };
            };
            /** @description The queue is full; try again later. */
            429: {
                headers: {
                    /** @description seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"] & {
                        error?: {
                            /** @enum {unknown} */
                            code?: "queue_full";
                        };
                    };
                };
            };
            /** @description An error that a person must correct. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"];
                };
            };
            /** @description The app is not available or not configured. */
            503: {
                headers: {
                    /** @description seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"];
                };
            };
        };
    };
    showBoardsRun: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunRecord"];
                };
            };
            /** @description The token is missing or wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"] & {
                        error?: {
                            /** @enum {unknown} */
                            code?: "not_signed_in";
                        };
                    };
                };
            };
            /** @description The settings or the caller's permissions do not allow this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"] & {
                        error?: {
                            /** @enum {unknown} */
                            code?: "not_visible";
                        };
                    };
                };
            };
            /** @description Nothing has this id. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"] & {
                        error?: {
                            /** @enum {unknown} */
                            code?: "unknown_run";
                        };
                    };
                };
            };
            /** @description An error that a person must correct. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"];
                };
            };
            /** @description The app is not available or not configured. */
            503: {
                headers: {
                    /** @description seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"];
                };
            };
        };
    };
    cancelBoardsRun: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunRecord"];
                };
            };
            /** @description The token is missing or wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"] & {
                        error?: {
                            /** @enum {unknown} */
                            code?: "not_signed_in";
                        };
                    };
                };
            };
            /** @description The settings or the caller's permissions do not allow this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"] & {
                        error?: {
                            /** @enum {unknown} */
                            code?: "not_visible" | "not_contributor";
                        };
                    };
                };
            };
            /** @description Nothing has this id. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"] & {
                        error?: {
                            /** @enum {unknown} */
                            code?: "unknown_run";
                        };
                    };
                };
            };
            /** @description The state of the run does not allow this. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"] & {
                        error?: {
                            /** @enum {unknown} */
                            code?: "too_late";
                        };
                    };
                };
            };
            /** @description An error that a person must correct. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"];
                };
            };
            /** @description The app is not available or not configured. */
            503: {
                headers: {
                    /** @description seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"];
                };
            };
        };
    };
    readBoardsLog: {
        parameters: {
            query?: {
                /** @description of its first byte */
                offset?: number;
                /** @description the agent's own output, not the readable log */
                raw?: boolean;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LogPart"];
                };
            };
            /** @description The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"] & {
                        error?: {
                            /** @enum {unknown} */
                            code?: "invalid_query";
                        };
                    };
                };
            };
            /** @description The token is missing or wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"] & {
                        error?: {
                            /** @enum {unknown} */
                            code?: "not_signed_in";
                        };
                    };
                };
            };
            /** @description The settings or the caller's permissions do not allow this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"] & {
                        error?: {
                            /** @enum {unknown} */
                            code?: "not_visible" | "not_reader";
                        };
                    };
                };
            };
            /** @description Nothing has this id. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"] & {
                        error?: {
                            /** @enum {unknown} */
                            code?: "unknown_run";
                        };
                    };
                };
            };
            /** @description An error that a person must correct. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"];
                };
            };
            /** @description The app is not available or not configured. */
            503: {
                headers: {
                    /** @description seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"];
                };
            };
        };
    };
    retryBoardsRun: {
        parameters: {
            query?: never;
            header?: {
                /** @description A repeat with the same key returns the same run. */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    /** @description the run's own URL */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunRecord"] | components["schemas"]["RunReference"];
                };
            };
            /** @description The token is missing or wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"] & {
                        error?: {
                            /** @enum {unknown} */
                            code?: "not_signed_in";
                        };
                    };
                };
            };
            /** @description The settings or the caller's permissions do not allow this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"] & {
                        error?: {
                            /** @enum {unknown} */
                            code?: "not_allowed" | "not_visible" | "not_contributor";
                        };
                    };
                };
            };
            /** @description Nothing has this id. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"] & {
                        error?: {
                            /** @enum {unknown} */
                            code?: "unknown_run";
                        };
                    };
                };
            };
            /** @description The state of the run does not allow this. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"] & {
                        error?: {
                            /** @enum {unknown} */
                            code?: "run_active";
                        };
                    };
                };
            };
            /** @description The run's files were deleted. */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"] & {
                        error?: {
                            /** @enum {unknown} */
                            code?: "request_gone";
                        };
                    };
                };
            };
            /** @description The queue is full; try again later. */
            429: {
                headers: {
                    /** @description seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"] & {
                        error?: {
                            /** @enum {unknown} */
                            code?: "queue_full";
                        };
                    };
                };
            };
            /** @description An error that a person must correct. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"];
                };
            };
            /** @description The app is not available or not configured. */
            503: {
                headers: {
                    /** @description seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"];
                };
            };
        };
    };
    listBoardsTemplates: {
        parameters: {
            query?: {
                organization?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TemplateList"];
                };
            };
            /** @description The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"] & {
                        error?: {
                            /** @enum {unknown} */
                            code?: "invalid_query";
                        };
                    };
                };
            };
            /** @description The token is missing or wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"] & {
                        error?: {
                            /** @enum {unknown} */
                            code?: "not_signed_in";
                        };
                    };
                };
            };
            /** @description An error that a person must correct. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"];
                };
            };
            /** @description The app is not available or not configured. */
            503: {
                headers: {
                    /** @description seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"];
                };
            };
        };
    };
    listDeliveries: {
        parameters: {
            query?: {
                status?: "failed" | "pending";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeliveryList"];
                };
            };
            /** @description The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"] & {
                        error?: {
                            /** @enum {unknown} */
                            code?: "invalid_query";
                        };
                    };
                };
            };
            /** @description The function key is missing or wrong and the body is empty, or other credentials are. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description An error that a person must correct. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"];
                };
            };
            /** @description The app is not available or not configured. */
            503: {
                headers: {
                    /** @description seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"];
                };
            };
        };
    };
    showDelivery: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                deliveryId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeliveryRecord"];
                };
            };
            /** @description The function key is missing or wrong and the body is empty, or other credentials are. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Nothing has this id. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"] & {
                        error?: {
                            /** @enum {unknown} */
                            code?: "unknown_delivery";
                        };
                    };
                };
            };
            /** @description An error that a person must correct. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"];
                };
            };
            /** @description The app is not available or not configured. */
            503: {
                headers: {
                    /** @description seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"];
                };
            };
        };
    };
    examine: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DoctorReport"];
                };
            };
            /** @description The function key is missing or wrong and the body is empty, or other credentials are. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description An error that a person must correct. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"];
                };
            };
            /** @description The app is not available or not configured. */
            503: {
                headers: {
                    /** @description seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DoctorReport"] | components["schemas"]["ErrorAnswer"];
                };
            };
        };
    };
    health: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HealthAnswer"];
                };
            };
            /** @description An error that a person must correct. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"];
                };
            };
            /** @description The app is not available or not configured. */
            503: {
                headers: {
                    /** @description seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"];
                };
            };
        };
    };
    azureDevopsHook: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HookAnswer"];
                };
            };
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HookAnswer"];
                };
            };
            /** @description The function key is missing or wrong and the body is empty, or other credentials are. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"] & {
                        error?: {
                            /** @enum {unknown} */
                            code?: "not_verified";
                        };
                    };
                };
            };
            /** @description An error that a person must correct. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"];
                };
            };
            /** @description The app is not available or not configured. */
            503: {
                headers: {
                    /** @description seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"];
                };
            };
        };
    };
    listHookSubscriptions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HookSubscriptionList"];
                };
            };
            /** @description The function key is missing or wrong and the body is empty, or other credentials are. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description An error that a person must correct. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"];
                };
            };
            /** @description The app is not available or not configured. */
            503: {
                headers: {
                    /** @description seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"];
                };
            };
        };
    };
    openapiDocument: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenApiDocument"];
                };
            };
            /** @description The function key is missing or wrong and the body is empty, or other credentials are. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description An error that a person must correct. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"];
                };
            };
            /** @description The app is not available or not configured. */
            503: {
                headers: {
                    /** @description seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"];
                };
            };
        };
    };
    listRuns: {
        parameters: {
            query?: {
                /** @description of the part before; the filters stay the same */
                continuationToken?: string;
                project?: string;
                repository?: string;
                status?: "queued" | "preparing" | "provisioning" | "running" | "verifying" | "publishing" | "reporting" | "completed" | "no_changes" | "needs_info" | "refused" | "branch_moved" | "budget_spent" | "timed_out" | "interrupted" | "cancelled" | "failed";
                /** @description at most 200 are listed */
                top?: number;
                workItemId?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunList"];
                };
            };
            /** @description The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"] & {
                        error?: {
                            /** @enum {unknown} */
                            code?: "invalid_query";
                        };
                    };
                };
            };
            /** @description The function key is missing or wrong and the body is empty, or other credentials are. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description An error that a person must correct. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"];
                };
            };
            /** @description The app is not available or not configured. */
            503: {
                headers: {
                    /** @description seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"];
                };
            };
        };
    };
    createRun: {
        parameters: {
            query?: never;
            header?: {
                /** @description A repeat with the same key returns the same run. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RunBody"];
            };
        };
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    /** @description the run's own URL */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunRecord"] | components["schemas"]["RunReference"];
                };
            };
            /** @description The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"] & {
                        error?: {
                            /** @enum {unknown} */
                            code?: "not_json" | "invalid_request";
                        };
                    };
                };
            };
            /** @description The function key is missing or wrong and the body is empty, or other credentials are. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The settings or the caller's permissions do not allow this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"] & {
                        error?: {
                            /** @enum {unknown} */
                            code?: "not_allowed";
                        };
                    };
                };
            };
            /** @description The state of the run does not allow this. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"] & {
                        error?: {
                            /** @enum {unknown} */
                            code?: "run_active";
                        };
                    };
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"] & {
                        error?: {
                            /** @enum {unknown} */
                            code?: "body_too_large";
                        };
                    };
                };
            };
            /** @description The queue is full; try again later. */
            429: {
                headers: {
                    /** @description seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"] & {
                        error?: {
                            /** @enum {unknown} */
                            code?: "queue_full";
                        };
                    };
                };
            };
            /** @description An error that a person must correct. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"];
                };
            };
            /** @description The app is not available or not configured. */
            503: {
                headers: {
                    /** @description seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"];
                };
            };
        };
    };
    showRun: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunRecord"];
                };
            };
            /** @description The function key is missing or wrong and the body is empty, or other credentials are. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Nothing has this id. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"] & {
                        error?: {
                            /** @enum {unknown} */
                            code?: "unknown_run";
                        };
                    };
                };
            };
            /** @description An error that a person must correct. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"];
                };
            };
            /** @description The app is not available or not configured. */
            503: {
                headers: {
                    /** @description seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"];
                };
            };
        };
    };
    runCallback: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CallbackAnswer"];
                };
            };
            /** @description The token is missing or wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"] & {
                        error?: {
                            /** @enum {unknown} */
                            code?: "not_verified";
                        };
                    };
                };
            };
            /** @description An error that a person must correct. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"];
                };
            };
            /** @description The app is not available or not configured. */
            503: {
                headers: {
                    /** @description seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"];
                };
            };
        };
    };
    cancelRun: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunRecord"];
                };
            };
            /** @description The function key is missing or wrong and the body is empty, or other credentials are. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Nothing has this id. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"] & {
                        error?: {
                            /** @enum {unknown} */
                            code?: "unknown_run";
                        };
                    };
                };
            };
            /** @description The state of the run does not allow this. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"] & {
                        error?: {
                            /** @enum {unknown} */
                            code?: "too_late";
                        };
                    };
                };
            };
            /** @description An error that a person must correct. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"];
                };
            };
            /** @description The app is not available or not configured. */
            503: {
                headers: {
                    /** @description seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"];
                };
            };
        };
    };
    readLog: {
        parameters: {
            query?: {
                /** @description of its first byte */
                offset?: number;
                /** @description the agent's own output, not the readable log */
                raw?: boolean;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LogPart"];
                };
            };
            /** @description The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"] & {
                        error?: {
                            /** @enum {unknown} */
                            code?: "invalid_query";
                        };
                    };
                };
            };
            /** @description The function key is missing or wrong and the body is empty, or other credentials are. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Nothing has this id. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"] & {
                        error?: {
                            /** @enum {unknown} */
                            code?: "unknown_run";
                        };
                    };
                };
            };
            /** @description An error that a person must correct. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"];
                };
            };
            /** @description The app is not available or not configured. */
            503: {
                headers: {
                    /** @description seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"];
                };
            };
        };
    };
    retryRun: {
        parameters: {
            query?: never;
            header?: {
                /** @description A repeat with the same key returns the same run. */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    /** @description the run's own URL */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunRecord"] | components["schemas"]["RunReference"];
                };
            };
            /** @description The function key is missing or wrong and the body is empty, or other credentials are. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The settings or the caller's permissions do not allow this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"] & {
                        error?: {
                            /** @enum {unknown} */
                            code?: "not_allowed";
                        };
                    };
                };
            };
            /** @description Nothing has this id. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"] & {
                        error?: {
                            /** @enum {unknown} */
                            code?: "unknown_run";
                        };
                    };
                };
            };
            /** @description The state of the run does not allow this. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"] & {
                        error?: {
                            /** @enum {unknown} */
                            code?: "run_active";
                        };
                    };
                };
            };
            /** @description The run's files were deleted. */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"] & {
                        error?: {
                            /** @enum {unknown} */
                            code?: "request_gone";
                        };
                    };
                };
            };
            /** @description The queue is full; try again later. */
            429: {
                headers: {
                    /** @description seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"] & {
                        error?: {
                            /** @enum {unknown} */
                            code?: "queue_full";
                        };
                    };
                };
            };
            /** @description An error that a person must correct. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"];
                };
            };
            /** @description The app is not available or not configured. */
            503: {
                headers: {
                    /** @description seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorAnswer"];
                };
            };
        };
    };
}
