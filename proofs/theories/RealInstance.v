(* The standard library's real numbers are a realFieldType and their exp and ln *)
(* satisfy the three laws, so that nothing proved about an abstract exponential *)
(* is vacuous.  This is the one file that rests on axioms: those by which the   *)
(* standard library makes the reals and choice (audit/axioms.expected).         *)
(* Main: real_exponential, real_exponential_is_exp.                             *)
From Coq Require Import Reals Rpower ClassicalEpsilon FunctionalExtensionality Lra.
From mathcomp Require Import all_ssreflect all_algebra.
From Blockspin Require Import Definitions.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import GRing.Theory Num.Theory Order.Theory.

Section Instance.
Local Open Scope R_scope.

Definition Req_bool (x y : R) : bool := if Req_EM_T x y then true else false.
Definition Rle_bool (x y : R) : bool := if Rle_dec x y then true else false.
Definition Rlt_bool (x y : R) : bool := if Rlt_dec x y then true else false.

Lemma Req_boolP : Equality.axiom Req_bool.
Proof. by move=> x y; rewrite /Req_bool; case: Req_EM_T => h; constructor. Qed.

Lemma Rle_boolP x y : reflect (x <= y) (Rle_bool x y).
Proof. by rewrite /Rle_bool; case: Rle_dec => h; constructor. Qed.

Lemma Rlt_boolP x y : reflect (x < y) (Rlt_bool x y).
Proof. by rewrite /Rlt_bool; case: Rlt_dec => h; constructor. Qed.

Definition R_eqMixin := EqMixin Req_boolP.
Canonical R_eqType := EqType R R_eqMixin.

Definition pick_R (P : pred R) (n : nat) : option R :=
  let x := epsilon (inhabits 0) (fun x => P x = true) in if P x then Some x else None.

Lemma pick_R_some P n x : pick_R P n = Some x -> P x.
Proof. by rewrite /pick_R; case: ifP => // Px [<-]. Qed.

Lemma pick_R_ex (P : pred R) : (exists x, P x) -> exists n, pick_R P n.
Proof.
move=> ex; exists 0%N; rewrite /pick_R.
by rewrite (epsilon_spec (inhabits 0) (fun x => P x = true) ex).
Qed.

Lemma pick_R_ext (P Q : pred R) : P =1 Q -> pick_R P =1 pick_R Q.
Proof.
by move=> PQ n; have -> : P = Q by apply: functional_extensionality.
Qed.

Definition R_choiceMixin := Choice.Mixin pick_R_some pick_R_ex pick_R_ext.
Canonical R_choiceType := ChoiceType R R_choiceMixin.

Lemma R_addA : associative Rplus. Proof. by move=> x y z; rewrite Rplus_assoc. Qed.
Lemma R_mulA : associative Rmult. Proof. by move=> x y z; rewrite Rmult_assoc. Qed.

Definition R_zmodMixin := ZmodMixin R_addA Rplus_comm Rplus_0_l Rplus_opp_l.
Canonical R_zmodType := ZmodType R R_zmodMixin.

Lemma R_1neq0 : 1 != 0 :> R.
Proof. by apply/eqP => /R1_neq_R0. Qed.

Lemma R_mulDl : left_distributive Rmult Rplus.
Proof. by move=> x y z; rewrite Rmult_plus_distr_r. Qed.

Definition R_comRingMixin := ComRingMixin R_mulA Rmult_comm Rmult_1_l R_mulDl R_1neq0.
Canonical R_ringType := RingType R R_comRingMixin.
Canonical R_comRingType := ComRingType R Rmult_comm.

Definition R_inv (x : R) : R := if x == 0 then 0 else / x.

Lemma R_mulVf (x : R) : x != 0 -> R_inv x * x = 1.
Proof. by move=> x0; rewrite /R_inv (negbTE x0) Rinv_l //; apply/eqP. Qed.

Lemma R_inv0 : R_inv 0 = 0.
Proof. by rewrite /R_inv eqxx. Qed.

Definition R_unitRingMixin := FieldUnitMixin R_mulVf R_inv0.
Canonical R_unitRingType := UnitRingType R R_unitRingMixin.
Canonical R_comUnitRingType := [comUnitRingType of R].
Lemma R_field : GRing.Field.mixin_of R_unitRingType. Proof. by []. Qed.
Definition R_idomainMixin := FieldIdomainMixin R_field.
Canonical R_idomainType := IdomainType R R_idomainMixin.
Canonical R_fieldType := FieldType R R_field.

Lemma R_norm_add x y : Rle_bool (Rabs (x + y)) (Rabs x + Rabs y).
Proof. exact/Rle_boolP/Rabs_triang. Qed.

Lemma R_lt_add x y : Rlt_bool 0 x -> Rlt_bool 0 y -> Rlt_bool 0 (x + y).
Proof. by move=> /Rlt_boolP x0 /Rlt_boolP y0; apply/Rlt_boolP; lra. Qed.

Lemma R_norm_eq0 x : Rabs x = 0 -> x = 0.
Proof. by move=> h; case: (Req_dec x 0) => // /Rabs_no_R0. Qed.

Lemma R_le_total x y : Rle_bool 0 x -> Rle_bool 0 y -> Rle_bool x y || Rle_bool y x.
Proof.
move=> _ _; apply/orP; case: (Rle_lt_dec x y) => h; [left|right]; apply/Rle_boolP => //.
exact: Rlt_le.
Qed.

Lemma R_normM : {morph Rabs : x y / x * y}. Proof. exact: Rabs_mult. Qed.

Lemma R_le_def x y : Rle_bool x y = (Rabs (y - x) == y - x).
Proof.
apply/Rle_boolP/eqP => [h|h]; first by rewrite Rabs_right //; lra.
by have := Rabs_pos (y - x); rewrite h; lra.
Qed.

Lemma R_lt_def x y : Rlt_bool x y = (y != x) && Rle_bool x y.
Proof.
apply/Rlt_boolP/andP => [h|[/eqP yx /Rle_boolP xy]].
  by split; [apply/eqP => h'; rewrite h' in h; apply: (Rlt_irrefl x)
            | apply/Rle_boolP; exact: Rlt_le].
by case: xy => // xy; case: yx.
Qed.

Definition R_numMixin :=
  NumMixin R_norm_add R_lt_add R_norm_eq0 R_le_total R_normM R_le_def R_lt_def.
Canonical R_porderType := POrderType ring_display R R_numMixin.
Canonical R_numDomainType := NumDomainType R R_numMixin.
Canonical R_normedZmodType := NormedZmodType R R R_numMixin.
Canonical R_numFieldType := [numFieldType of R].

Lemma R_total : totalPOrderMixin R_porderType.
Proof.
move=> x y; apply/orP; case: (Rle_lt_dec x y) => h; [left|right]; apply/Rle_boolP => //.
exact: Rlt_le.
Qed.

Canonical R_latticeType := LatticeType R R_total.
Canonical R_distrLatticeType := DistrLatticeType R R_total.
Canonical R_orderType := OrderType R R_total.
Canonical R_realDomainType := [realDomainType of R].
Canonical R_realFieldType := [realFieldType of R].

Lemma exp_ge1Dx x : Rle_bool (1 + x) (exp x).
Proof.
apply/Rle_boolP; case: (Req_dec x 0) => [->|x0]; last exact/Rlt_le/exp_ineq1.
by rewrite exp_0; lra.
Qed.

Lemma exp_lnK x : Rlt_bool 0 x -> exp (Rpower.ln x) = x.
Proof. by move/Rlt_boolP; apply: exp_ln. Qed.

(* The three laws hold for the standard library's exp and ln. *)
Definition real_exponential : exponential R_realFieldType :=
  @Exponential R_realFieldType exp Rpower.ln exp_plus exp_ge1Dx exp_lnK.

Theorem real_exponential_is_exp :
  (forall x : R, expo real_exponential x = exp x)
  /\ (forall x : R, ln real_exponential x = Rpower.ln x).
Proof. by []. Qed.
End Instance.
