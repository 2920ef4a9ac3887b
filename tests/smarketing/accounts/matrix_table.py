"""Who may see what: the one table of the matrix, written by hand and not read from the product.

`TABLE`: kind of object → who may use these addresses at all → the addresses. `SEES`: kind → position → the classes of
`matrix_objects` that are there for it; what is not said is what everybody of the audience sees.
"""

NONE = 1_999_999_999  # an id of no row of any table, for ever
WORK = ("own", "pool", "team", "foreign", "elsewhere", "left")
Kinds = dict[str, dict[str, dict]]  # kind of object → class → arguments of its address

MARKETER, REP, MARKETING, SALES, ADMIN, VIEWER = ALL = (
    "marketer", "rep", "manager-marketing", "manager-sales", "administrator", "viewer",
)  # fmt: skip
BOSSES = (MARKETING, SALES)
WORKERS = (MARKETER, REP, *BOSSES)
DESK = (REP, SALES)
MARKETERS = (MARKETER, *BOSSES)
CAMPAIGNS = (MARKETER, MARKETING)
STEWARDS = (*BOSSES, ADMIN)
FILES = (MARKETER, *STEWARDS)
OFFICE = (ADMIN,)
ANYBODY = (*ALL, "")  # also who is not signed in
NOBODY: tuple[str, ...] = ()

TABLE: dict[str, dict[tuple[str, ...], str]] = {
    # a rep: one's own and what waits in one's pools; everybody else reads all
    "lead": {
        ALL: "leads:lead leads:api_lead leads:api_grade leads:api_would leads:api_resembles leads:api_changes leads:api_history leads:api_disagreements leads:api_routing",
        WORKERS: "leads:lead_edit leads:note leads:praise",
        (*WORKERS, ADMIN): "leads:consent leads:opposition",
        (REP, *BOSSES): "leads:disagree",
        MARKETERS: "leads:merge leads:hand_over leads:api_hand_over",
        STEWARDS: "leads:export",
        OFFICE: "leads:erase",
    },
    "lead to sell to": {DESK: "leads:open_deal_on_lead"},
    "consent": {(*WORKERS, ADMIN): "leads:consent_back"},
    "note": {WORKERS: "leads:note_back"},
    "disagreement": {MARKETERS: "leads:disagreement_answer leads:api_answer"},
    "change": {WORKERS: "leads:change_back"},
    "charge": {(REP, *BOSSES): "leads:charge_back"},
    "handoff": {
        (REP, *BOSSES): "leads:focus",
        BOSSES: "leads:reassign",
    },
    "to take": {DESK: "leads:take"},
    "promise": {BOSSES: "sla:ask"},
    "in hand": {DESK: "leads:attempt leads:accept leads:qualify leads:refuse leads:give_back leads:open_deal leads:snooze leads:wake leads:skip leads:mail_fill sla:pause"},
    "attempt": {DESK: "leads:undo_attempt"},
    "decision": {DESK: "leads:undo_decision"},
    "deal": {
        ALL: "leads:deal reporting:journey",
        DESK: "leads:change_deal leads:step_deal leads:win_deal leads:lose_deal leads:reopen_deal leads:deal_back",
    },
    # one's own alone, whatever the role; of views also what is shared
    "notice": {ALL: "notify:open notify:see"},
    "file": {ALL: "export export_progress export_fetch export_stop export_again"},
    "session": {ALL: "accounts:session_end"},
    "passkey": {ALL: "mfa_remove_webauthn mfa_edit_webauthn"},
    "view": {ALL: "view_change"},
    # everybody of the audience, whoever made it
    "company": {ALL: "leads:company leads:api_firm_merges", (SALES,): "leads:company_rep", MARKETERS: "leads:company_edit leads:firm_merge"},
    "two companies": {MARKETERS: "leads:firm_merge_with"},
    "merge of companies": {MARKETERS: "leads:firm_unmerge"},
    "merge of companies by number": {MARKETERS: "leads:api_firm_unmerge"},
    "pair of companies": {MARKETERS: "leads:firm_twins_dismiss"},
    "campaign": {ALL: "leads:campaign", CAMPAIGNS: "leads:campaign_edit leads:campaign_spend sla:plan leads:campaign_plan_cost leads:campaign_merge"},
    "cost": {CAMPAIGNS: "leads:spend_back leads:spend_change"},
    "import": {
        FILES: "leads:import leads:import_choose leads:import_apply leads:import_undo leads:import_stop leads:import_progress"
        " leads:import_rejected leads:import_mapping"
    },
    "mapping": {FILES: "leads:mapping leads:mapping_forget leads:mapping_remember"},
    "twins": {MARKETERS: "leads:twins_dismiss"},
    "two leads": {MARKETERS: "leads:merge_with"},
    "merge": {MARKETERS: "leads:unmerge"},
    "pool": {STEWARDS: "leads:pool leads:pool_do"},
    "list": {ALL: "leads:api_list", MARKETERS: "leads:lead_list leads:lead_list_do"},
    "attribute": {STEWARDS: "leads:attribute leads:attribute_do leads:attribute_rows"},
    "reason of a waiver": {STEWARDS: "sla:waiver_reason sla:waiver_reason_do"},
    "calling rule": {STEWARDS: "leads:calling_rule leads:calling_delete"},
    "step of deals": {STEWARDS: "leads:deal_step leads:deal_step_do"},
    "reason": {STEWARDS: "leads:reason leads:reason_do leads:reason_rows"},
    "calendar": {STEWARDS: "calendars:calendar"},
    "definition": {
        ALL: "personas:definition personas:history personas:counts personas:compare personas:backlog personas:at_criterion"
        " leads:replay leads:try leads:replay_again leads:api_months"
        " personas:api_definition personas:api_definition_versions personas:api_in_force personas:api_differences personas:api_comments",
        MARKETERS: "personas:act personas:row personas:undo personas:propose personas:retire",
        WORKERS: "personas:comment",
    },
    "comment": {WORKERS: "personas:comment_change personas:api_settled personas:api_taken_back"},
    "replay": {ALL: "leads:replayed"},
    "version": {ALL: "personas:version personas:api_definition_version", MARKETERS: "personas:again personas:ending"},
    "persona": {
        ALL: "personas:persona personas:persona_counts personas:persona_compare personas:persona_print"
        " personas:api_persona personas:api_versions",
        MARKETERS: "personas:persona_edit personas:persona_act personas:interview leads:persona_deal",
    },
    "step of a persona": {MARKETERS: "personas:persona_step"},
    "step of a draft": {MARKETERS: "personas:draft"},
    "draft": {MARKETERS: "personas:draft_away"},
    "interview": {MARKETERS: "personas:interview_back"},
    "mail template": {MARKETERS: "leads:mail_edit leads:mail_retire"},
    "proof": {MARKETERS: "leads:persona_deal_out"},
    "paper": {ALL: "personas:paper personas:observed agreements:paper", WORKERS: "agreements:sign"},
    "paper of words": {ALL: "personas:glossary_paper"},
    "word": {WORKERS: "personas:glossary_term"},
    "terms": {
        ALL: "sla:terms sla:compare sla:api_waivers sla:review",
        BOSSES: "sla:draft sla:draft_check sla:draft_away sla:hold_review",
    },
    "section of terms": {BOSSES: "sla:draft_section"},
    "signed terms": {ALL: "sla:signed_file"},
    "month": {ALL: "sla:month"},
    "month of the api": {
        ALL: "sla:api_month sla:present sla:print sla:remarks",
        FILES: "sla:evidence_terms sla:evidence_facts",
    },
    "book": {ALL: "reporting:book", BOSSES: "reporting:close"},
    "closed book": {BOSSES: "reporting:reopen"},
    "meeting": {
        ALL: "reporting:meeting reporting:meeting_print reporting:meeting_calendar reporting:api_meeting",
        WORKERS: "reporting:meeting_answer",
        BOSSES: "reporting:meeting_edit reporting:meeting_do reporting:meeting_minutes reporting:resolution_new",
    },
    "resolution": {ALL: "reporting:resolution", WORKERS: "reporting:resolution_do"},
    "remark": {ALL: "reporting:remark reporting:remark_back"},
    "number": {ALL: "measures:rows measures:one"},
    "guide": {ALL: "help_role"},
    "names": {ALL: "known"},
    "run": {FILES: "jobs:run", STEWARDS: "jobs:again"},
    "mail": {OFFICE: "notify:mail notify:mail_page notify:again"},
    "person": {
        OFFICE: "accounts:person accounts:person_leave accounts:person_return accounts:deputy_name accounts:person_reset"
        " accounts:factors_remove"
    },
    "duty": {OFFICE: "accounts:person_hand_on"},
    "deputy": {OFFICE: "accounts:deputy_end"},
    "invitation": {OFFICE: "accounts:invitation_renew accounts:invitation_revoke"},
    "team": {OFFICE: "accounts:team"},
    "key": {OFFICE: "accounts:key_revoke"},
    # no object of these is made on purpose yet: asked for what is missing, and by whom they are shut to
    "not made yet": {
        MARKETERS: "leads:twins_back leads:firm_twins_back leads:lead_back leads:company_back leads:plan_means_back leads:time_means_back leads:merge_means_back leads:spend_means_back",
        CAMPAIGNS: "leads:campaign_back leads:contest",
        BOSSES: "leads:contest_rule leads:relief sla:team_late",
        DESK: "leads:deal_change_back leads:deal_contact_back sla:resume leads:absence_end",
        ALL: "sla:waiver",
        OFFICE: "leads:retention_back",
    },
    # whoever holds the link or the key, signed in or not
    "invitation link": {ANYBODY: "accounts:invitation"},
    "link of the console": {ANYBODY: "start:begin"},
    "link of a mail": {ANYBODY: "notify:off"},
    "reset link": {ANYBODY: "account_reset_password_from_key"},
    "write key": {ANYBODY: "leads:browser_settings"},
    "figure": {ALL: "leads:matching"},  # named in the query: see test_matrix.by_the_way
    "second factor": {ALL: "mfa_view_recovery_codes mfa_deactivate_totp"},
    "provider": {ANYBODY: "openid_connect_login openid_connect_callback"},
    "call": {NOBODY: "leads:collect"},  # a write key alone
    # no object: what stands on them is looked at for names that are not the reader's
    "": {
        ANYBODY: "healthz readyz manifest service_worker start:door accounts:language accounts:theme accounts:demo_switch jobs:demo_clock jobs:demo_way"
        " account_login account_logout account_inactive account_signup account_reauthenticate account_change_password"
        " account_reset_password account_reset_password_from_key_done account_reset_password_done mfa_index mfa_authenticate"
        " mfa_reauthenticate mfa_activate_totp mfa_generate_recovery_codes"
        " mfa_list_webauthn mfa_add_webauthn mfa_reauthenticate_webauthn mfa_login_webauthn socialaccount_login_cancelled"
        " socialaccount_login_error socialaccount_signup",
        ALL: "personas:glossary personas:glossary_words personas:glossary_draft personas:glossary_history personas:api_glossary"
        " personas:api_glossary_versions personas:list personas:order home search palette views view_save list_columns exports exports_stop exports_again reporting:bulk_remarks_back accounts:sessions_some_end help help_words help_keys accounts:profile"
        " accounts:settings accounts:sessions accounts:sessions_end notify:notices notify:bell notify:see_all notify:choices"
        " agreements:papers measures:numbers measures:list measures:schema measures:docs personas:home"
        " leads:list leads:disagreements leads:contests leads:api_contests leads:companies leads:deals leads:campaigns sla:follow_up sla:months sla:contracts sla:goal sla:waivers leads:lead_lists leads:api_lists leads:api_every_disagreement personas:api_criteria personas:api_catalogue personas:api_personas personas:api_definitions sla:api_contracts reporting:today reporting:loop reporting:personas reporting:api_coverage reporting:meetings reporting:resolutions reporting:remarks reporting:remark_new reporting:api_meetings reporting:api_resolutions reporting:api_remarks reporting:attribution reporting:attribution_settings reporting:api_attribution leads:links reporting:funnel reporting:quality reporting:explore reporting:explore_values reporting:changed",
        WORKERS: "reporting:agenda_add reporting:bulk_agenda reporting:bulk_tell leads:mails personas:glossary_new personas:glossary_propose leads:bulk_campaign leads:bulk_campaign_undo leads:bulk_list leads:bulk_list_undo",
        DESK: "leads:bulk_lose leads:bulk_lose_undo leads:absences",
        (SALES,): "leads:bulk_hand_on leads:bulk_hand_on_undo leads:bulk_account_reps leads:bulk_account_reps_undo",
        (REP, *BOSSES): "leads:queue leads:api_queue leads:queue_order leads:queue_pulse",
        MARKETERS: "leads:bulk_answer leads:bulk_time_back personas:bulk_review personas:bulk_retire leads:mail_add leads:lead_list_add leads:bulk_companies leads:bulk_companies_undo leads:bulk_dismiss leads:bulk_dismiss_undo leads:bulk_dismiss_firms leads:bulk_dismiss_firms_undo leads:firm_twins leads:add leads:twins leads:company_add personas:line_new personas:persona_new personas:agree leads:time",
        CAMPAIGNS: "leads:bulk_costs_back leads:campaign_add leads:bulk_channel leads:bulk_channel_undo leads:bulk_end leads:bulk_end_undo leads:time_loose",
        (REP,): "sla:own",
        BOSSES: "leads:bulk_rule sla:bulk_consent sla:bulk_refuse sla:bulk_withdraw reporting:bulk_cancel leads:time_rate sla:team leads:queue_give leads:queue_give_undo leads:bulk_give leads:bulk_give_undo sla:new sla:guided reporting:meeting_new",
        FILES: "leads:bulk_import_stop leads:bulk_import_undo leads:bulk_import_drop leads:bulk_mapping_forget leads:bulk_mapping_remember leads:bulk_suppression_off leads:imports leads:import_new leads:mappings leads:suppression jobs:runs",
        STEWARDS: "jobs:bulk_again leads:pools leads:dry_run leads:sales_time leads:attributes leads:advice leads:reasons leads:deal_steps sla:waiver_reasons calendars:list calendars:add jobs:start accounts:audit leads:calling",
        OFFICE: "accounts:invitations_again accounts:invitations_back accounts:keys_revoke leads:bulk_kept_back accounts:invitations accounts:people_change accounts:people_off notify:mails_again leads:retention_keep"
        " leads:retention_erase personas:traits accounts:languages accounts:company accounts:sign_in accounts:people accounts:invite accounts:teams"
        " accounts:keys notify:mails notify:test jobs:metrics jobs:health leads:retention",
    },
}  # fmt: skip
_REPS = {REP: {"own", "pool"}}
SEES: dict[str, dict[str, set[str]]] = {
    "lead": _REPS, "consent": _REPS, "note": _REPS, "disagreement": _REPS, "change": _REPS, "remark": _REPS, "charge": _REPS, "handoff": _REPS, "promise": _REPS,
    "lead to sell to": {REP: {"own"}},
    "to take": {REP: {"own", "pool", "left"}},
    "in hand": {REP: {"own"}, SALES: {"own", "team", "foreign", "left"}},
    "attempt": {REP: {"own"}, SALES: {"own", "team", "foreign", "left"}},
    "decision": {REP: {"own"}, SALES: {"own", "team", "foreign", "left"}},
    "deal": {REP: {"own"}},
    **{kind: {one: {"own"} for one in ALL} for kind in ("notice", "file", "session", "passkey")},
    "view": {one: {"own", "shared"} if one == ADMIN else {"own"} for one in ALL},
}  # fmt: skip
PROGRAMS = {"call"}  # asked for a key, whoever sends it
# What holds no name of a lead.
NAMELESS = {
    "definition",
    "comment",
    "version",
    "persona",
    "step of a persona",
    "step of a draft",
    "draft",
    "interview",
    "mail template",
    "proof",
    "paper",
    "paper of words",
    "word",
    "terms",
    "month",
    "month of the api",
    "book",
    "closed book",
    "meeting",
    "resolution",
    "guide",
}
# What a rep had and has no more: "Paul took this lead at 09:50", and nothing of the lead.
GONE = {"handoff", "in hand", "attempt", "decision"}


# Who may do a deed at an address that everybody named above may read.
DEEDS = {
    "personas:api_comments": WORKERS,
    "leads:api_disagreements": (REP, *BOSSES),
    "leads:api_firm_merges": MARKETERS,
}


def placed() -> dict[str, tuple[str, tuple[str, ...]]]:
    """Address → (kind of its object, who may use it at all). AssertionError for one that stands in two places."""
    found: dict[str, tuple[str, tuple[str, ...]]] = {}
    for kind, audiences in TABLE.items():
        for audience, names in audiences.items():
            for name in names.split():
                assert name not in found, f"{name} stands twice in the table"
                found[name] = kind, audience
    return found


def sees(kind: str, position: str) -> set[str]:
    """The classes of a kind that are there for a position."""
    return SEES.get(kind, {}).get(position, {*WORK, "there"})
