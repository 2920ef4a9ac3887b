"""Tables of leads, by kind: identities, facts, acts, derived rows, working rows."""

from .acts import (  # noqa: F401
    Assignment,
    Decision,
    Handoff,
    HandoffRules,
    Hold,
    Need,
    Qualification,
    Routing,
    StageMove,
)
from .calling import CallingRule, OutsideCall  # noqa: F401
from .derived import (  # noqa: F401
    BehaviourDay,
    CompanyDay,
    HandoffState,
    LeadWords,
    MergedSpan,
    PersonaMatch,
    RawSum,
    RawSumDay,
    Score,
    ScoreHistory,
)
from .facts import (  # noqa: F401
    Attempt,
    AttemptNote,
    AttributeChange,
    Correction,
    DealContact,
    EngagementReset,
    Erasure,
    Event,
    EventDetail,
    EventKey,
    EventPayload,
    Join,
    Merge,
    Spend,
)
from .identities import Campaign, Company, Deal, Lead, LeadKey, Stage, Visitor  # noqa: F401
from .means import CampaignMerge, HourlyRate, Level, LinkRules, PlannedCost, TimeSpent  # noqa: F401
from .replays import Replay, SalesTime  # noqa: F401
from .retention import ErasureProposal, RetentionRule  # noqa: F401
from .rights import (  # noqa: F401
    Absence,
    Answer,
    Consent,
    ConsentProof,
    Contest,
    Disagreement,
    Note,
    NoteText,
    RefusedArrival,
    Remark,
    Reply,
    Ruling,
    Suppression,
    SuppressionKey,
)
from .setting_aside import HotPulse, MailTemplate, MailText, QueueChoice, Skip, Snooze  # noqa: F401
from .touches import Touch, TouchMark  # noqa: F401
from .twins import CompanyMerge, CompanyPair, MergeSuggestion  # noqa: F401
from .working import (  # noqa: F401
    Behaviour,
    CompanySums,
    DealStep,
    Import,
    ImportFact,
    ImportRow,
    ImportSpan,
    ImportTouched,
    LeadDirty,
    ListItem,
    LotDirty,
    PersonaDeal,
    Pool,
    PoolMember,
    ReasonCode,
    RememberedMapping,
    Source,
    Word,
    Worded,
)
