"""The fields of every organisation, and the names of those that a process may define.

https://learn.microsoft.com/azure/devops/boards/work-items/guidance/work-item-field
"""

import re

LEVELS = tuple(range(1, 8))
PEOPLE = tuple(range(1, 9))
_DEFINED_BY_A_PROCESS = re.compile(r"(?i)^(Custom\.\w[\w.]*|WEF_[0-9A-F]{32}_[\w.]+)$", re.ASCII)


def _named(prefix: str, names: str) -> frozenset[str]:
    return frozenset(f"{prefix}.{name}".lower() for name in names.split())


KNOWN = (
    _named(
        "System",
        """AreaId AreaPath AssignedTo AttachedFileCount AuthorizedAs AuthorizedDate BoardColumn
        BoardColumnDone BoardLane ChangedBy ChangedDate CommentCount CreatedBy CreatedDate Description
        ExternalLinkCount History HyperLinkCount Id IsDeleted IterationId IterationPath NodeName Parent
        PersonId Reason RelatedLinkCount RemoteLinkCount Rev RevisedDate State Tags TeamProject Title
        Watermark WorkItemType""",
    )
    | _named("System", " ".join(f"AreaLevel{n} IterationLevel{n}" for n in LEVELS))
    | _named(
        "Microsoft.VSTS.Common",
        """AcceptanceCriteria ActivatedBy ActivatedDate Activity BacklogPriority BusinessValue ClosedBy
        ClosedDate Discipline Issue Priority Rating Resolution ResolvedBy ResolvedDate ResolvedReason
        ReviewedBy Risk Severity StackRank StateChangeDate StateCode TimeCriticality Triage ValueArea""",
    )
    | _named(
        "Microsoft.VSTS.Scheduling",
        """CompletedWork DueDate Effort FinishDate OriginalEstimate RemainingWork Size StartDate StoryPoints
        TargetDate""",
    )
    | _named(
        "Microsoft.VSTS.TCM",
        """AutomatedTestId AutomatedTestName AutomatedTestStorage AutomatedTestType AutomationStatus
        LocalDataSource Parameters QueryText ReproSteps Steps SystemInfo TestSuiteAudit TestSuiteType""",
    )
    | _named("Microsoft.VSTS.Build", "FoundIn IntegrationBuild")
    | _named(
        "Microsoft.VSTS.CMMI",
        """Analysis Blocked CalledBy CalledDate Comments Committed ContingencyPlan
        CorrectiveActionActualResolution CorrectiveActionPlan Escalate FoundInEnvironment HowFound
        ImpactAssessmentHtml ImpactOnArchitecture ImpactOnDevelopment ImpactOnTechnicalPublications
        ImpactOnTest ImpactOnUserExperience Justification MeetingType MitigationPlan MitigationTriggers
        Minutes Probability ProposedFix Purpose RequirementType RequiresReview RequiresTest RootCause
        SubjectMatterExpert1 SubjectMatterExpert2 SubjectMatterExpert3 Symptom TargetResolveDate TaskType
        UserAcceptanceTest""",
    )
    | _named(
        "Microsoft.VSTS.CMMI",
        " ".join(f"ActualAttendee{n} OptionalAttendee{n} RequiredAttendee{n}" for n in PEOPLE),
    )
)


def is_known(name: str) -> bool:
    """Whether a field with that reference name exists, in any case."""
    return name.lower() in KNOWN or _DEFINED_BY_A_PROCESS.match(name) is not None
