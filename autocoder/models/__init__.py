"""All values that cross a boundary of the app: REST, the containers' files, the history of Durable Functions.

All are frozen and are sent as plain JSON, with names in camelCase there and in snake_case here. They carry
names of secrets, never secrets.
"""

from autocoder.models.base import MODEL as MODEL
from autocoder.models.base import RUN_ID as RUN_ID
from autocoder.models.base import SHA as SHA
from autocoder.models.base import TEMPLATE as TEMPLATE
from autocoder.models.base import Commands as Commands
from autocoder.models.base import Globs as Globs
from autocoder.models.base import Phase as Phase
from autocoder.models.base import RunId as RunId
from autocoder.models.base import Sha as Sha
from autocoder.models.base import ShortText as ShortText
from autocoder.models.base import Value as Value
from autocoder.models.containers import AgentEvents as AgentEvents
from autocoder.models.containers import CommitText as CommitText
from autocoder.models.containers import GroupVerdict as GroupVerdict
from autocoder.models.containers import Plan as Plan
from autocoder.models.containers import PolicyRules as PolicyRules
from autocoder.models.containers import Price as Price
from autocoder.models.containers import RunAgent as RunAgent
from autocoder.models.containers import RunFile as RunFile
from autocoder.models.reports import FileChange as FileChange
from autocoder.models.reports import OpenedPullRequest as OpenedPullRequest
from autocoder.models.reports import PullRequest as PullRequest
from autocoder.models.reports import PullRequestInput as PullRequestInput
from autocoder.models.reports import PushedBranch as PushedBranch
from autocoder.models.reports import RunRecord as RunRecord
from autocoder.models.reports import RunReport as RunReport
from autocoder.models.requests import Budget as Budget
from autocoder.models.requests import Ended as Ended
from autocoder.models.requests import Requester as Requester
from autocoder.models.requests import Run as Run
from autocoder.models.requests import RunRequest as RunRequest
from autocoder.models.requests import Slot as Slot
from autocoder.models.results import AgentResult as AgentResult
from autocoder.models.results import Pack as Pack
from autocoder.models.results import Progress as Progress
from autocoder.models.results import Usage as Usage
from autocoder.models.results import Verification as Verification
from autocoder.models.results import Withheld as Withheld
from autocoder.models.work import Image as Image
from autocoder.models.work import Repository as Repository
from autocoder.models.work import RepositorySettings as RepositorySettings
from autocoder.models.work import RepositoryTexts as RepositoryTexts
from autocoder.models.work import WorkItem as WorkItem
from autocoder.models.work import WorkItemComment as WorkItemComment
from autocoder.models.work import WorkItemSummary as WorkItemSummary
from autocoder.shared.outcomes import Outcome as Outcome
